// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InaccessibleObjectException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A8: Atomix's own serialization does not run on Java 17 without opening the JDK to it. */
class StockNamespacesTest {

  @Test
  void itsNamespacesCannotBeInitialized() throws IOException {
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      path.add(Path.of(entry).toUri().toURL());
    }
    // A class fails to be initialized only once, so this needs one of its own.
    try (URLClassLoader fresh =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      assertThatThrownBy(
              () ->
                  Class.forName(
                      "io.atomix.protocols.raft.partition.impl.RaftNamespaces", true, fresh))
          .isInstanceOf(ExceptionInInitializerError.class)
          .rootCause()
          .isInstanceOf(InaccessibleObjectException.class)
          .hasMessageContaining("opens java.util.concurrent.atomic");
    }
  }
}
