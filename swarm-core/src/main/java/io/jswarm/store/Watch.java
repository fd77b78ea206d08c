// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.UnavailableException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open subscription to the store's commits, and the state it began with. */
public final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final Store store;
  private final ReadView initial;
  private final Executor executor;
  private final int maxLag;
  private final WatchListener listener;

  /** Pokes not yet looked at; whoever raises it from zero hands the work to the executor. */
  private final AtomicInteger pokes = new AtomicInteger();

  private Store.State position;
  private boolean begun;
  private volatile boolean closed;

  Watch(Store store, Store.State from, Executor executor, int maxLag, WatchListener listener) {
    this.store = store;
    this.initial = from.tables;
    this.position = from;
    this.executor = executor;
    this.maxLag = maxLag;
    this.listener = listener;
  }

  /** The state before the first commit the listener hears of. */
  public ReadView initial() {
    return initial;
  }

  /** Ends the watch; a commit being delivered is finished. Any thread. */
  @Override
  public void close() {
    closed = true;
    store.remove(this);
  }

  void poke() {
    if (!closed && pokes.getAndIncrement() == 0) {
      executor.execute(this::deliver);
    }
  }

  private void deliver() {
    int seen;
    do {
      seen = pokes.get();
      if (!begun) {
        begun = true;
        guarded(() -> listener.onStart(initial));
      }
      for (Store.State next = position.next; next != null && !closed; next = position.next) {
        position = next;
        deliver(next);
      }
    } while (pokes.addAndGet(-seen) != 0);
  }

  private void deliver(Store.State next) {
    long lag = store.current().tables.version() - next.tables.version();
    Commit commit = next.commit;
    if (lag > maxLag) {
      end("the watch fell " + lag + " versions behind");
    } else if (commit != null) {
      guarded(() -> listener.onCommit(commit, next.tables));
    } else {
      restored(next.tables);
    }
  }

  private void restored(ReadView state) {
    boolean[] goesOn = new boolean[1];
    guarded(() -> goesOn[0] = listener.onRestore(state));
    if (!goesOn[0]) {
      end("this manager was behind and took over the whole state of the others");
    }
  }

  private void end(String why) {
    close();
    guarded(
        () ->
            listener.onError(
                new UnavailableException(why + "; look at the state again and watch anew")));
  }

  private static void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      LOG.atWarn().setCause(e).log("a watch listener failed; the watch goes on");
    }
  }
}
