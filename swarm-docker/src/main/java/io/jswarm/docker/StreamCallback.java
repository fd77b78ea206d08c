// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of docker-java that ends exactly once and can be closed at any time, also before it is
 * open; docker-java itself may report an error and then completion.
 */
abstract class StreamCallback<T> implements ResultCallback<T> {
  private @Nullable Closeable stream;
  private boolean closed;
  private boolean ended;

  /** The engine answered and elements will follow. */
  void opened() {}

  /** An element; called by the stream's thread. */
  abstract void element(T element);

  /** The end; {@code error} is null after completion and after {@link #close}. */
  abstract void ended(@Nullable Throwable error);

  @Override
  public final void onStart(Closeable stream) {
    boolean late;
    synchronized (this) {
      this.stream = stream;
      late = closed;
    }
    if (late) {
      closeQuietly(stream);
    } else {
      opened();
    }
  }

  @Override
  public final void onNext(T element) {
    if (!isClosed()) {
      element(element);
    }
  }

  @Override
  public final void onError(Throwable error) {
    end(error);
  }

  @Override
  public final void onComplete() {
    end(null);
  }

  private void end(@Nullable Throwable error) {
    boolean wasClosed;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      wasClosed = closed;
    }
    ended(wasClosed ? null : error);
  }

  final synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    Closeable open;
    synchronized (this) {
      closed = true;
      open = stream;
    }
    if (open == null) {
      end(null);
    } else {
      closeQuietly(open);
    }
  }

  private static void closeQuietly(Closeable stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }
}
