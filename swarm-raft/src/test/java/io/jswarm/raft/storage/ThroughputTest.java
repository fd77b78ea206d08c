// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints how fast the disk under {@code java.io.tmpdir} is with a journal and a snapshot on it. */
@Tag("soak")
class ThroughputTest {
  private static final byte[] PAYLOAD = new byte[256];

  @TempDir Path directory;

  @Test
  void appendsPerSecond() throws IOException {
    try (Disk disk = Disk.directory(directory);
        RealJournal real =
            new RealJournal(
                disk, Seal.open(directory.resolve("key")), Journal.Settings.defaults())) {
      Journal journal = real.journal;
      print("one at a time", 2_000, count -> oneByOne(real, count));
      for (int batch : new int[] {10, 100, 1000}) {
        print(batch + " at a time", 100 * batch, count -> batches(real, count, batch));
      }
      print("as fast as can be", 500_000, count -> batches(real, count, count));

      long first = real.onOwner(journal::firstIndex);
      print("read from disk", 20_000, count -> real.onOwner(() -> readAll(journal, first, count)));
      assertThat(real.failure.get()).isNull();
    }
    long before = System.nanoTime();
    try (Disk disk = Disk.directory(directory);
        RealJournal real =
            new RealJournal(
                disk, Seal.open(directory.resolve("key")), Journal.Settings.defaults())) {
      long bytes = real.onOwner(real.journal::lastIndex);
      System.out.printf("opening %d entries: %d ms%n", bytes, millisSince(before));
    }
    seal();
  }

  @Test
  void snapshotOfAGigabyte() throws IOException {
    int pieces = 16 * 1024;
    byte[] piece = new byte[64 * 1024];
    Seal seal = Seal.open(directory.resolve("key"));
    try (Disk disk = Disk.directory(directory.resolve("snapshots"))) {
      try (SnapshotFiles files = SnapshotFiles.open(disk, seal);
          SnapshotWriter writer = files.create(1, 1)) {
        print(
            "snapshot pieces of 64 KiB written",
            pieces,
            count -> {
              try {
                for (int i = 0; i < count; i++) {
                  writer.write(piece);
                }
                writer.commit();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      }
      long before = System.nanoTime();
      try (SnapshotFiles files = SnapshotFiles.open(disk, seal)) {
        System.out.printf("opening the snapshot: %d ms%n", millisSince(before));
        StoredSnapshot snapshot = files.current().orElseThrow();
        assertThat(snapshot.size()).isEqualTo((long) pieces * piece.length);
        print("blocks of 32 KiB read", 2 * pieces, count -> readBlocks(snapshot, count));
      }
    }
  }

  private static void readBlocks(StoredSnapshot snapshot, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(snapshot.block(i)).hasSize(StoredSnapshot.BLOCK);
    }
  }

  private static Long readAll(Journal journal, long first, int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += journal.read(first + i).payload().length;
    }
    return bytes;
  }

  private static void oneByOne(RealJournal real, int count) {
    for (int i = 0; i < count; i++) {
      batches(real, 1, 1);
    }
  }

  private static void batches(RealJournal real, int count, int batch) {
    for (int done = 0; done < count; done += batch) {
      real.await(
          () -> {
            for (int i = 0; i < batch; i++) {
              real.journal.append(1, PAYLOAD);
            }
            return real.journal.flush();
          });
    }
  }

  private static void seal() {
    Seal seal = Seal.withKey(new byte[32]);
    byte[] data = new byte[16];
    print(
        "seal and open",
        200_000,
        count -> {
          for (int i = 0; i < count; i++) {
            byte[] sealed = seal.seal(PAYLOAD, 0, PAYLOAD.length, data);
            seal.open(sealed, 0, sealed.length, data);
          }
        });
  }

  private static void print(String what, int count, IntConsumer task) {
    long before = System.nanoTime();
    task.accept(count);
    long millis = Math.max(1, millisSince(before));
    System.out.printf(
        "%s: %d in %d ms, %d a second%n", what, count, millis, count * 1000L / millis);
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
