// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Damages the files of a manager that does not run. */
final class Damage {
  /** Where. */
  enum Place {
    /** The end of what was written to the newest journal file. */
    TAIL,
    /** Well before that end. */
    MIDDLE,
    /** Any byte of any file. */
    ANYWHERE
  }

  private static final int MAX_BYTES = 16 << 10;

  private Damage() {}

  /** Damages something below {@code directory}; says what. */
  static String of(Path directory, Place place, Random random) {
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> files =
          walk.filter(file -> Files.isRegularFile(file) && size(file) > 16)
              .sorted(Comparator.comparing(Path::toString))
              .collect(Collectors.toList());
      if (files.isEmpty()) {
        return "has no file to damage";
      }
      if (place != Place.ANYWHERE) {
        List<Path> journals = files.stream().filter(Damage::isJournal).toList();
        files = journals.isEmpty() ? files : journals;
      }
      Path file =
          place == Place.TAIL
              ? files.stream().max(Comparator.comparing(Damage::modified)).orElseThrow()
              : files.get(random.nextInt(files.size()));
      return damage(file, place, random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isJournal(Path file) {
    return String.valueOf(file.getFileName()).endsWith(".seg");
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String damage(Path file, Place place, Random random) throws IOException {
    try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
      long end = end(data);
      if (end < 16) {
        return "has nothing in " + file;
      }
      int length =
          1 + random.nextInt((int) Math.min(end / 2, random.nextBoolean() ? 64 : MAX_BYTES));
      long at =
          switch (place) {
            case TAIL -> end - length;
            case MIDDLE -> (long) (0.5 * random.nextDouble() * end);
            case ANYWHERE -> (long) (random.nextDouble() * (end - length));
          };
      int how = place == Place.TAIL ? random.nextInt(3) : 0;
      if (how == 2) {
        data.setLength(at);
        return file + " cut off at " + at + " of " + end;
      }
      byte[] bytes = new byte[length];
      data.seek(at);
      data.readFully(bytes);
      for (int i = 0; i < length; i++) {
        bytes[i] = how == 1 ? 0 : (byte) (bytes[i] ^ (1 + random.nextInt(255)));
      }
      data.seek(at);
      data.write(bytes);
      return String.format(
          "%s %s at %d, %d bytes of %d", file, how == 1 ? "zeroed" : "garbled", at, length, end);
    }
  }

  /** Where the last byte is that is not zero; the rest was only reserved. */
  private static long end(RandomAccessFile data) throws IOException {
    byte[] block = new byte[64 << 10];
    for (long to = data.length(); to > 0; ) {
      long from = Math.max(0, to - block.length);
      data.seek(from);
      data.readFully(block, 0, (int) (to - from));
      for (int i = (int) (to - from) - 1; i >= 0; i--) {
        if (block[i] != 0) {
          return from + i + 1;
        }
      }
      to = from;
    }
    return 0;
  }
}
