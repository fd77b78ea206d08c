// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;
import com.sun.management.ThreadMXBean;
import io.atomix.utils.serializer.Namespace;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A7: ten bytes from anybody cost as much memory as they say. */
class LengthBombTest {
  private static final int CLAIMED = 256 << 20;

  @Test
  void aFrameIsBelievedItsLength() {
    Namespace namespace = Namespace.builder().register(byte[].class).build();
    byte[] empty = namespace.serialize(new byte[0]);
    Output frame = new Output(16);
    frame.writeBytes(empty, 0, empty.length - 1);
    frame.writeVarInt(CLAIMED + 1, true);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    assertThatThrownBy(() -> namespace.deserialize(frame.toBytes()))
        .isInstanceOf(KryoException.class);

    assertThat(frame.position()).isLessThan(10);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isGreaterThan(CLAIMED);
  }
}
