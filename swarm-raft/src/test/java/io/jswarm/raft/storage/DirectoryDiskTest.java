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
    Process other = open();
    assertThat(other.getInputStream().read()).isEqualTo('h');

    assertThatThrownBy(() -> Disk.directory(parent))
        .isInstanceOf(FailedPreconditionException.class);

    other.destroyForcibly();
    assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
    Disk.directory(parent).close();
  }

  @Test
  void aVainAttemptDoesNotGiveTheDirectoryAway() throws Exception {
    try (Disk first = Disk.directory(parent)) {
      assertThatThrownBy(() -> Disk.directory(parent))
          .isInstanceOf(FailedPreconditionException.class);

      Process other = open();

      assertThat(other.getInputStream().read()).as("by another process").isEqualTo('r');
      assertThat(first.list()).isEmpty();
    }
  }

  /** Another process tries, and says 'h' if it holds the directory, 'r' if it was refused. */
  private Process open() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            parent.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Holds a directory until it is killed, or its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      try (Disk disk = Disk.directory(Path.of(args[0]))) {
        System.out.print("h" + disk.list().size());
        System.out.flush();
        System.exit(System.in.read());
      } catch (FailedPreconditionException e) {
        System.out.print("r");
      }
    }
  }
}
