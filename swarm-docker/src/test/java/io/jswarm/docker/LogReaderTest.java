// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.spi.LogCapture;
import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.LogOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogReaderTest {
  private static final String STAMP = "2026-03-01T10:00:00.5Z ";
  private static final String LATER = "2026-03-01T10:00:00.7Z ";

  private final LogCapture log = new LogCapture();

  @Test
  void linesHaveTheirTimeAndStream() {
    LogReader reader = reader(LogOptions.ALL);

    reader.onNext(frame(StreamType.STDOUT, STAMP + "out\n" + LATER + "\n"));
    reader.onNext(frame(StreamType.STDERR, LATER + "err\n"));

    assertThat(log.all())
        .containsExactly(
            new LogLine(false, Instant.parse(STAMP.strip()), "out"),
            new LogLine(false, Instant.parse(LATER.strip()), ""),
            new LogLine(true, Instant.parse(LATER.strip()), "err"));
  }

  @Test
  void lineMayComeInManyFrames() {
    LogReader reader = reader(LogOptions.ALL);

    for (byte b : (STAMP + "ümläut\n").getBytes(StandardCharsets.UTF_8)) {
      reader.onNext(new Frame(StreamType.STDOUT, new byte[] {b}));
    }

    assertThat(log.texts()).containsExactly("ümläut");
  }

  @Test
  void piecesOfALongLineAreOneLine() {
    LogReader reader = reader(LogOptions.ALL);
    String piece = "x".repeat(LogReader.PIECE);

    reader.onNext(
        frame(StreamType.STDOUT, STAMP + piece + LATER + piece + LATER + "rest\n" + LATER + "b\n"));

    assertThat(log.texts()).containsExactly(piece + piece + "rest", "b");
    assertThat(log.all().get(0).timestamp()).isEqualTo(Instant.parse(STAMP.strip()));
  }

  @Test
  void longLineWithoutFurtherTimeStampsKeepsEveryByte() {
    LogReader reader = reader(LogOptions.ALL);
    String text = "word ".repeat(LogReader.PIECE);

    reader.onNext(frame(StreamType.STDOUT, STAMP + text + "\n"));

    assertThat(log.texts()).containsExactly(text);
  }

  @Test
  void terminalsCarriageReturnIsPartOfTheLineEnd() {
    LogReader reader = reader(LogOptions.ALL);

    reader.onNext(frame(StreamType.RAW, STAMP + "a\r\n" + STAMP + "b\rc\r\n"));

    assertThat(log.texts()).containsExactly("a", "b\rc");
  }

  @Test
  void lastLineNeedsNoEnd() {
    LogReader reader = reader(LogOptions.ALL);

    reader.onNext(frame(StreamType.STDOUT, STAMP + "unfinished"));
    reader.onComplete();

    assertThat(log.texts()).containsExactly("unfinished");
    assertThat(log.end().toCompletableFuture()).isCompleted();
  }

  @Test
  void linesBeforeTheWantedInstantAreLeftOut() {
    LogReader reader =
        reader(new LogOptions(true, true, false, -1, Instant.parse("2026-03-01T10:00:00.6Z")));

    reader.onNext(frame(StreamType.STDOUT, STAMP + "early\n" + LATER + "late\n"));

    assertThat(log.texts()).containsExactly("late");
  }

  @Test
  void tailOfOneStreamCountsItsOwnLinesOnly() {
    LogReader reader = reader(new LogOptions(true, false, false, 2, null));

    reader.onNext(frame(StreamType.STDOUT, STAMP + "1\n" + STAMP + "2\n" + STAMP + "3\n"));
    reader.onComplete();

    assertThat(log.texts()).containsExactly("2", "3");
  }

  @Test
  void endComesOnceAndNothingAfterIt() {
    LogReader reader = reader(LogOptions.ALL);

    reader.close();
    reader.onNext(frame(StreamType.STDOUT, STAMP + "late\n"));
    reader.onError(new IllegalStateException("closed"));
    reader.onComplete();

    assertThat(log.all()).isEmpty();
    assertThat(log.end().toCompletableFuture()).isCompleted();
  }

  private LogReader reader(LogOptions options) {
    var loop = new SimulatedEnvironment(1).environment().loops().create("docker");
    return new LogReader(
        options,
        log,
        new EngineClient(
            EngineClient.config("unix:///nowhere.sock"),
            Duration.ofSeconds(1),
            Runnable::run,
            loop));
  }

  private static Frame frame(StreamType stream, String text) {
    return new Frame(stream, text.getBytes(StandardCharsets.UTF_8));
  }
}
