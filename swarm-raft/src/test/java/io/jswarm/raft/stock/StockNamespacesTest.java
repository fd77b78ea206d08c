// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A8: Atomix's own serialization does not run on Java 17 without opening the JDK to it. */
class StockNamespacesTest {

  @Test
  void itsNamespacesCannotBeInitialized() {
    assertThatThrownBy(
            () -> Class.forName("io.atomix.protocols.raft.partition.impl.RaftNamespaces"))
        .isInstanceOf(LinkageError.class)
        .hasStackTraceContaining("InaccessibleObjectException")
        .hasStackTraceContaining("opens java.util.concurrent.atomic");
  }
}
