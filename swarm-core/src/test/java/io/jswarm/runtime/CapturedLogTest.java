// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.spi.TaskRuntime.LogLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapturedLogTest {
  private static final Instant T0 = Instant.parse("2030-01-01T00:00:00Z");

  @TempDir private Path directory;

  @Test
  void linesBearTheTimeTheyWereFirstSeen() throws IOException {
    CapturedLog log = log(1 << 20);
    append("a\nb\n");
    log.observe(T0);
    append("c\n");
    log.observe(T0.plusSeconds(1));
    append("d\n");

    List<LogLine> lines = all(log, log.begin(), true);

    assertThat(lines)
        .containsExactly(
            new LogLine(false, T0, "a"),
            new LogLine(false, T0, "b"),
            new LogLine(false, T0.plusSeconds(1), "c"),
            new LogLine(false, T0.plusSeconds(60), "d"));
  }

  @Test
  void timesSurviveTheAgent() throws IOException {
    CapturedLog before = log(1 << 20);
    append("a\n");
    before.observe(T0);
    CapturedLog after = log(1 << 20);
    append("b\n");
    after.observe(T0.plusSeconds(5));
    after.observe(T0.plusSeconds(9));

    assertThat(all(after, after.begin(), true))
        .containsExactly(new LogLine(false, T0, "a"), new LogLine(false, T0.plusSeconds(5), "b"));
  }

  @Test
  void beginOfALineWaitsForItsEnd() throws IOException {
    CapturedLog log = log(1 << 20);
    CapturedLog.Cursor cursor = log.begin();
    append("be");
    assertThat(all(log, cursor, false)).isEmpty();
    append("gin\nrest");

    assertThat(texts(all(log, cursor, false))).containsExactly("begin");
    assertThat(texts(all(log, cursor, true))).containsExactly("rest");
    assertThat(all(log, cursor, true)).isEmpty();
  }

  @Test
  void readerThatKeepsUpLosesNothingInRotations() throws IOException {
    CapturedLog log = log(100);
    CapturedLog.Cursor cursor = log.begin();
    List<String> read = new ArrayList<>();
    StringBuilder next = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      next.append("line ").append(i).append('\n');
      append(next.substring(0, next.length() / 2)); // rotations fall into the middle of lines
      next.delete(0, next.length() / 2);
      log.observe(T0.plusSeconds(i));
      if (i % 3 == 0) {
        read.addAll(texts(all(log, cursor, false)));
      }
    }
    append(next.toString());
    read.addAll(texts(all(log, cursor, true)));

    assertThat(read).isEqualTo(IntStream.range(0, 500).mapToObj(i -> "line " + i).toList());
  }

  @Test
  void oneOldFileIsKeptAndTheRestForgotten() throws IOException {
    CapturedLog log = log(100);
    for (int i = 0; i < 100; i++) {
      append("line " + i + "\n");
      log.observe(T0.plusSeconds(i));
    }

    List<LogLine> kept = all(log, log.begin(), true);

    assertThat(kept).hasSizeBetween(10, 40);
    assertThat(texts(kept)).endsWith("line 98", "line 99");
    assertThat(kept.get(0).timestamp().getEpochSecond() - T0.getEpochSecond())
        .isEqualTo(Long.parseLong(kept.get(0).text().substring(5)));
    assertThat(Files.size(directory.resolve("stdout.1"))).isLessThan(120);
    assertThat(Files.size(directory.resolve("stdout"))).isLessThan(120);
    assertThat(texts(all(log(100), log(100).begin(), true))).isEqualTo(texts(kept));
  }

  @Test
  void slowReaderGoesOnWithTheOldestThatIsKept() throws IOException {
    CapturedLog log = log(100);
    append("line 0\n");
    CapturedLog.Cursor slow = log.begin();
    for (int i = 1; i < 100; i++) {
      append("line " + i + "\n");
      log.observe(T0);
    }

    List<String> late = texts(all(log, slow, true));

    assertThat(late).isEqualTo(texts(all(log, log.begin(), true)));
  }

  @Test
  void endlessLineIsCutIntoPieces() throws IOException {
    CapturedLog log = log(1 << 30);
    append("x".repeat(200_000) + "\nend\n");

    List<String> pieces = texts(all(log, log.begin(), true));

    assertThat(pieces).hasSizeGreaterThan(3).endsWith("end");
    assertThat(String.join("", pieces)).isEqualTo("x".repeat(200_000) + "end");
  }

  @Test
  void nothingWrittenIsNothingToRead() throws IOException {
    CapturedLog log = log(100);
    log.observe(T0);

    assertThat(all(log, log.begin(), true)).isEmpty();
  }

  private CapturedLog log(long limit) {
    return new CapturedLog(directory, false, limit);
  }

  private void append(String text) throws IOException {
    Files.write(
        directory.resolve("stdout"),
        text.getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static List<LogLine> all(CapturedLog log, CapturedLog.Cursor cursor, boolean last)
      throws IOException {
    List<LogLine> lines = new ArrayList<>();
    List<LogLine> more = log.read(cursor, last, T0.plusSeconds(60));
    while (!more.isEmpty()) {
      lines.addAll(more);
      more = log.read(cursor, last, T0.plusSeconds(60));
    }
    return lines;
  }

  private static List<String> texts(List<LogLine> lines) {
    return lines.stream().map(LogLine::text).toList();
  }
}
