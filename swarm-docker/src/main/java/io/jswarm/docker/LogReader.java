// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.github.dockerjava.api.command.LogContainerCmd;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Turns the engine's log stream into lines with their time. Each line begins with its time stamp
 * and a space; the engine cuts longer ones every 16 KiB and puts a time stamp before each piece.
 *
 * <p>Called by the stream's thread, one call at a time.
 */
final class LogReader extends StreamCallback<Frame> {
  /** Bytes of content after which the engine cuts a line. */
  static final int PIECE = 16 * 1024;

  private static final int LONGEST_STAMP = "2026-01-01T00:00:00.000000000+00:00 ".length();

  private final LogOptions options;
  private final LogSink sink;
  private final EngineClient engine;

  /**
   * Counts the last lines itself, because the engine counts those of both streams, also when only
   * one is wanted. To follow, a second stream goes on after the newest line of the first.
   */
  private final boolean tailing;

  private String containerId = "";
  private @Nullable Instant newest;
  private @Nullable LogReader follower;

  private final Queue<LogLine> last = new ArrayDeque<>();
  private final Line stdout = new Line(false);
  private final Line stderr = new Line(true);

  LogReader(LogOptions options, LogSink sink, EngineClient engine) {
    this.options = options;
    this.sink = sink;
    this.engine = engine;
    this.tailing = options.tail() >= 0 && options.stdout() != options.stderr();
  }

  void open(String containerId) {
    if (isClosed()) {
      return;
    }
    this.containerId = containerId;
    LogContainerCmd command =
        engine
            .streams()
            .logContainerCmd(containerId)
            .withStdOut(options.stdout())
            .withStdErr(options.stderr())
            .withFollowStream(options.follow() && !tailing)
            .withTimestamps(true);
    if (options.tail() >= 0 && !tailing) {
      command.withTail(options.tail());
    } else {
      command.withTailAll();
    }
    Instant since = options.since();
    if (since != null) {
      // Whole seconds here; the rest is left out line by line.
      command.withSince((int) since.getEpochSecond());
    }
    command.exec(this);
  }

  @Override
  void element(Frame frame) {
    // With a terminal there is one stream, raw.
    Line line = frame.getStreamType() == StreamType.STDERR ? stderr : stdout;
    for (byte b : frame.getPayload()) {
      line.add(b);
    }
  }

  @Override
  void ended(@Nullable Throwable error) {
    stdout.flush();
    stderr.flush();
    last.forEach(sink::onLine);
    if (error != null || !follow()) {
      sink.onEnd(error == null ? null : engine.failure("read logs", error));
    }
  }

  /** Whether a second stream went on. */
  private boolean follow() {
    LogReader next;
    synchronized (this) {
      if (!tailing || !options.follow() || isClosed()) {
        return false;
      }
      Instant since = newest == null ? options.since() : newest.plusNanos(1);
      next =
          new LogReader(
              new LogOptions(options.stdout(), options.stderr(), true, -1, since), sink, engine);
      follower = next;
    }
    next.open(containerId);
    return true;
  }

  @Override
  public void close() {
    super.close();
    LogReader next;
    synchronized (this) {
      next = follower;
    }
    if (next != null) {
      next.close();
    }
  }

  private void emit(LogLine line) {
    newest = line.timestamp();
    if (!tailing) {
      sink.onLine(line);
    } else if (options.tail() > 0) {
      if (last.size() == options.tail()) {
        last.remove();
      }
      last.add(line);
    }
  }

  /** The line of one stream that is being read. */
  private final class Line {
    private final boolean error;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stamp = new ByteArrayOutputStream();
    private boolean inStamp = true;
    private int nextPiece = PIECE;
    private @Nullable Instant time;

    Line(boolean error) {
      this.error = error;
    }

    void add(byte b) {
      if (b == '\n') {
        flush();
      } else if (inStamp) {
        addToStamp(b);
      } else {
        content.write(b);
        if (content.size() == nextPiece) {
          nextPiece += PIECE;
          inStamp = true;
        }
      }
    }

    private void addToStamp(byte b) {
      stamp.write(b);
      if (b == ' ' || stamp.size() > LONGEST_STAMP) {
        endStamp();
      }
    }

    /** What is no time stamp after all is content. */
    private void endStamp() {
      inStamp = false;
      String text = stamp.toString(StandardCharsets.US_ASCII);
      Instant parsed = text.endsWith(" ") ? parse(text.strip()) : null;
      if (parsed == null) {
        content.writeBytes(stamp.toByteArray());
      } else if (time == null) {
        time = parsed;
      }
      stamp.reset();
    }

    void flush() {
      content.writeBytes(stamp.toByteArray());
      stamp.reset();
      Instant since = options.since();
      Instant at = time == null ? Instant.EPOCH : time;
      boolean something = time != null || content.size() > 0;
      if (something && (since == null || !at.isBefore(since))) {
        String text = content.toString(StandardCharsets.UTF_8);
        // A terminal ends lines with both.
        boolean carriageReturn = text.endsWith("\r");
        emit(new LogLine(error, at, carriageReturn ? text.substring(0, text.length() - 1) : text));
      }
      content.reset();
      time = null;
      inStamp = true;
      nextPiece = PIECE;
    }
  }

  private static @Nullable Instant parse(String stamp) {
    try {
      return Instant.parse(stamp);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
