// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryDiskTest {
  @TempDir Path parent;

  @Test
  void filesAreWrittenReadRenamedAndDeleted() throws IOException {
    try (Disk disk = Disk.directory(parent.resolve("disk"))) {
      assertThat(disk.list()).isEmpty();
      try (DiskFile file = disk.open("b")) {
        file.write(3, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        file.sync();
        assertThat(file.size()).isEqualTo(6);
        assertThat(file.readExactly(2, 3)).containsExactly(0, 1, 2);
        assertThat(file.read(6, ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThatThrownBy(() -> file.readExactly(4, 3)).isInstanceOf(EOFException.class);
        file.resize(4);
        assertThat(file.size()).isEqualTo(4);
        file.resize(10);
        assertThat(file.readExactly(3, 7)).containsExactly(1, 0, 0, 0, 0, 0, 0);
      }
      disk.open("a").close();
      disk.sync();
      assertThat(disk.list()).containsExactly("a", "b");

      disk.rename("b", "a");
      disk.delete("b");

      assertThat(disk.list()).containsExactly("a");
      assertThat(disk.exists("b")).isFalse();
      try (DiskFile file = disk.open("a")) {
        assertThat(file.size()).isEqualTo(10);
        disk.delete("a");
        assertThat(file.readExactly(3, 1)).containsExactly(1);
      }
      assertThat(disk.usableSpace()).isPositive();
    }
  }

  @Test
  void onlyTheOwnerCanReadTheFiles() throws IOException {
    Path path = parent.resolve("a").resolve("b");
    try (Disk disk = Disk.directory(path)) {
      disk.open("file").close();

      assertThat(permissions(path)).isEqualTo("rwx------");
      assertThat(permissions(path.resolve("file"))).isEqualTo("rw-------");
      assertThat(permissions(path.resolve("lock"))).isEqualTo("rw-------");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aDirectoryHasOneUserAtATime() throws IOException {
    Disk first = Disk.directory(parent);

    assertThatThrownBy(() -> Disk.directory(parent))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining(parent.toString());
    first.close();
    Disk.directory(parent).close();
  }

  @Test
  void aDirectoryHasOneUserOfAllProcesses() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(other.getInputStream().read()).isEqualTo('h');

      assertThatThrownBy(() -> Disk.directory(parent))
          .isInstanceOf(FailedPreconditionException.class);
    } finally {
      other.destroyForcibly();
      assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
    Disk.directory(parent).close();
  }

  /** Holds a directory until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      try (Disk disk = Disk.directory(Path.of(args[0]))) {
        System.out.print("h" + disk.list().size());
        System.out.flush();
        int end = System.in.read();
        System.exit(end);
      }
    }
  }
}
