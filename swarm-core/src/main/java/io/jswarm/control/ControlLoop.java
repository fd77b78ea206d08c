// SPDX-License-Identifier: Apache-2.0
package io.jswarm.control;

import io.jswarm.NotLeaderException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Batch;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEntry;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer. At the end of each loop turn, unless a batch is on its way, it makes the next
 * one: the writes that waited, each a transaction of its own, then what the components make of
 * them. The batch goes to the log; while it is there, inputs queue up and become the next batch.
 * There is no timer in this: an idle manager writes at once, a busy one in large batches.
 *
 * <p>A turn that does not fit into one entry becomes several, which take effect in their order or
 * not at all; each write is answered as its own entry fares. A write that changes nothing is
 * answered once it is certain that this manager still led.
 *
 * <p>When leadership is lost, a proposal fails, or a component fails, all components stop; they
 * start again from the store with the next leadership, or after a second if this manager still
 * leads.
 */
public final class ControlLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);

  /**
   * A turn in which components still answer each other after so many rounds is an error in one of
   * them.
   */
  private static final int MAX_ROUNDS = 1_000;

  /**
   * A turn that made so many changes takes no further writes: agents must not wait for all of a
   * flood, and a turn that fits into one entry costs least.
   */
  private static final int MANY_EVENTS = 8_000;

  /**
   * After a component failed, the next turn comes by itself this soon, in case no input brings it.
   */
  private static final Duration RECOVERY = Duration.ofSeconds(1);

  /** How long a write waits for a leader to be found (S10.5). */
  private static final Duration LEADERLESS = Duration.ofSeconds(10);

  private final EventLoop loop;
  private final Store store;
  private final ReplicatedLog log;
  private final List<Component> components;
  private final boolean failFast;
  private final Watch commits;
  private final ArrayDeque<Write<?>> waiting = new ArrayDeque<>();
  private EventLoop.@Nullable Timer patience;
  private EventLoop.@Nullable Timer pause;
  private boolean leading;
  private boolean started;

  /** Entries on their way to the log. */
  private int proposed;

  private volatile Optional<String> leader = Optional.empty();
  private @Nullable Throwable commitFailure;
  private volatile @Nullable SwarmException stopped;

  /**
   * Starts the log and, once this manager leads, the components.
   *
   * @param components in the order they reconcile
   * @param failFast rethrow a component's failure instead of starting the components anew; for
   *     simulation
   */
  public ControlLoop(
      EventLoop loop,
      Store store,
      ReplicatedLog log,
      List<Component> components,
      boolean failFast) {
    this.loop = loop;
    this.store = store;
    this.log = log;
    this.components = List.copyOf(components);
    this.failFast = failFast;
    this.commits = store.watch(Runnable::run, Integer.MAX_VALUE, new CommitFeed());
    loop.onTurnEnd(this::turn);
    log.start(loop, store, new Leadership());
  }

  /**
   * Runs {@code body} as a transaction in the next turn. The stage completes once it is durable, on
   * the control loop; it fails with what the body threw or what the log failed with ({@link
   * ReplicatedLog#propose}): {@link NotLeaderException} at once when another manager leads, {@link
   * UnavailableException} when none is found for ten seconds or this one has stopped. Any thread.
   */
  public <R> CompletionStage<R> write(Function<? super Tx, R> body) {
    Write<R> write = new Write<>(body);
    loop.execute(
        () -> {
          write.sinceNanos = loop.nanoTime();
          waiting.add(write);
        });
    return write.result;
  }

  /**
   * Completes with a version of the store that covers everything acknowledged anywhere before the
   * call: what is read from this version on is linearizable. On the leader only; fails as {@link
   * #write} does. Any thread.
   */
  public CompletionStage<Long> barrier() {
    return write(tx -> Boolean.TRUE).thenApply(led -> store.view().version());
  }

  /** Whether this manager leads, and its components run. On the loop. */
  public boolean leads() {
    loop.assertInLoop();
    return leading && started;
  }

  /** Where the leader is, if it is another manager and known. Any thread. */
  public Optional<String> leader() {
    return leader;
  }

  /**
   * Why this manager takes part no more, if it does not: its log has stopped, and the node has to
   * be started again. Any thread.
   */
  public Optional<SwarmException> stopped() {
    return Optional.ofNullable(stopped);
  }

  /** The present state; any thread. */
  public ReadView view() {
    return store.view();
  }

  /** The store behind it, for watches. */
  public Store store() {
    return store;
  }

  /** The loop; components schedule their timers on it. */
  public EventLoop loop() {
    return loop;
  }

  /** Stops the components and the log. On the loop, or before the loop is closed. */
  @Override
  public void close() {
    log.close();
    if (loop.inLoop()) {
      stepDown();
    } else {
      loop.execute(this::stepDown);
    }
  }

  private void stepDown() {
    leading = false;
    commits.close();
    stopComponents();
    cancelTimers();
    refuseWaiting(notLeader());
  }

  private void refuseWaiting(SwarmException why) {
    waiting.forEach(write -> write.result.completeExceptionally(why));
    waiting.clear();
  }

  private NotLeaderException notLeader() {
    return new NotLeaderException(
        "this manager does not lead; send the request to the leader"
            + leader.map(address -> " at " + address).orElse(""),
        leader.orElse(null));
  }

  private void turn() {
    if (!leading) {
      refuse();
    } else if (proposed == 0 && pause == null) {
      lead();
    }
  }

  private void refuse() {
    SwarmException cause = stopped;
    if (waiting.isEmpty()) {
      return;
    } else if (cause != null) {
      refuseWaiting(
          new UnavailableException(
              "this manager takes part no more: " + cause.getMessage() + "; use another one",
              cause));
    } else if (leader.isPresent()) {
      refuseWaiting(notLeader());
    } else if (patience == null) {
      awaitLeader();
    }
  }

  /** The next leader is being elected; or it is not, because too few managers are left. */
  private void awaitLeader() {
    Write<?> oldest = waiting.peek();
    while (oldest != null && loop.nanoTime() - oldest.sinceNanos >= LEADERLESS.toNanos()) {
      waiting.poll();
      oldest.result.completeExceptionally(
          new UnavailableException("no leader; more than half of the managers must be online"));
      oldest = waiting.peek();
    }
    if (oldest != null) {
      long waited = loop.nanoTime() - oldest.sinceNanos;
      patience =
          loop.schedule(LEADERLESS.minusNanos(waited), () -> patience = null); // ends in a turn
    }
  }

  private void lead() {
    if (commitFailure != null) {
      Throwable failure = commitFailure;
      commitFailure = null;
      recover(failure);
    }
    Batch batch = store.begin(loop.now(), log.maxEntryBytes());
    List<Write<?>> accepted = new ArrayList<>();
    try {
      int[] heard = new int[components.size()];
      startComponents(batch, heard);
      int some = 1;
      do {
        runWaiting(some, batch, accepted);
        converge(batch, heard);
        some *= 2; // what one write leads to shows only afterwards
      } while (!waiting.isEmpty() && batch.events().size() < MANY_EVENTS);
    } catch (RuntimeException | Error e) {
      accepted.forEach(write -> write.result.completeExceptionally(failed(e)));
      recover(e);
      return;
    }
    if (!batch.isEmpty() || !accepted.isEmpty()) {
      propose(batch.entries(), accepted);
    }
  }

  private void runWaiting(int most, Batch batch, List<Write<?>> accepted) {
    for (int i = 0; i < most && !waiting.isEmpty(); i++) {
      Write<?> write = waiting.remove();
      if (write.run(batch)) {
        accepted.add(write);
      }
    }
  }

  private void startComponents(Batch batch, int[] heard) {
    if (started) {
      return;
    }
    started = true;
    for (int i = 0; i < components.size(); i++) {
      batch.amend(components.get(i)::start);
      heard[i] = batch.events().size();
    }
  }

  private void converge(Batch batch, int[] heard) {
    int before;
    int rounds = 0;
    do {
      before = batch.events().size();
      for (int i = 0; i < heard.length; i++) {
        Component component = components.get(i);
        List<StoreEvent> events = batch.events();
        while (heard[i] < events.size()) {
          component.onEvent(events.get(heard[i]++));
        }
        batch.amend(component::reconcile);
      }
      if (++rounds > MAX_ROUNDS) {
        throw new IllegalStateException("components do not come to rest; last: " + lastOf(batch));
      }
    } while (batch.events().size() > before || unheard(batch, heard));
  }

  private static boolean unheard(Batch batch, int[] heard) {
    for (int count : heard) {
      if (count < batch.events().size()) {
        return true;
      }
    }
    return false;
  }

  private static List<StoreEvent> lastOf(Batch batch) {
    List<StoreEvent> events = batch.events();
    return List.copyOf(events.subList(Math.max(0, events.size() - 4), events.size()));
  }

  private void propose(List<StoreEntry> entries, List<Write<?>> writes) {
    int last = entries.size() - 1;
    proposed = entries.size();
    for (int i = -1; i <= last; i++) {
      int entry = i;
      // What was undone later in the turn may be in no entry.
      List<Write<?>> concerned =
          writes.stream().filter(write -> Math.min(write.entry, last) == entry).toList();
      if (entry >= 0) {
        onLoop(
            log.propose(entries.get(entry)).thenAccept(this::requireEffect),
            failure -> {
              concerned.forEach(write -> write.finish(failure));
              settled(failure);
            });
      } else if (!concerned.isEmpty()) {
        onLoop(log.barrier(), failure -> concerned.forEach(write -> write.finish(failure)));
      }
    }
  }

  private void onLoop(CompletionStage<?> outcome, Consumer<@Nullable Throwable> then) {
    outcome.whenComplete(
        (value, error) -> {
          Throwable failure = error == null ? null : unwrapped(error);
          if (loop.inLoop()) {
            then.accept(failure);
          } else {
            loop.execute(() -> then.accept(failure));
          }
        });
  }

  /**
   * @throws UnavailableException when an entry of unknown fate took effect before this one, which
   *     was made without it
   */
  private void requireEffect(long position) {
    if (!store.tookEffect(position)) {
      throw new UnavailableException(
          "an earlier change, given up for lost, came in between; nothing was changed, try again");
    }
  }

  private static Throwable unwrapped(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  private void settled(@Nullable Throwable failure) {
    proposed--;
    if (failure != null && leading) {
      LOG.atWarn()
          .setCause(failure)
          .log("a proposal failed; the components start again from the store");
      stopComponents();
      pause();
    }
  }

  /** Whatever failed would most likely fail again at once. */
  private void pause() {
    if (pause == null) {
      pause = loop.schedule(RECOVERY, () -> pause = null); // ends in a turn
    }
  }

  private void cancelTimers() {
    for (EventLoop.Timer timer : new EventLoop.Timer[] {pause, patience}) {
      if (timer != null) {
        timer.cancel();
      }
    }
    pause = null;
    patience = null;
  }

  private static UnavailableException failed(Throwable error) {
    return new UnavailableException(
        "the manager failed while it worked out what follows; nothing was changed, try again",
        error);
  }

  private void recover(Throwable error) {
    if (failFast) {
      throw new IllegalStateException("a component failed: " + error, error);
    }
    LOG.atError()
        .setCause(error)
        .log("a component failed; all components start again from the store");
    stopComponents();
    loop.schedule(RECOVERY, () -> {});
  }

  private void stopComponents() {
    if (started) {
      started = false;
      components.forEach(Component::stop);
    }
  }

  /** One transaction of the control API and what becomes of it. */
  private static final class Write<R> {
    final Function<? super Tx, R> body;
    final CompletableFuture<R> result = new CompletableFuture<>();
    private @Nullable R value;

    /** When it was queued. */
    private long sinceNanos;

    /** Which entry of the turn decides about it; −1 = it changed nothing, and nothing before it. */
    private int entry;

    Write(Function<? super Tx, R> body) {
      this.body = body;
    }

    boolean run(Batch batch) {
      try {
        value = batch.transact(body);
        entry = batch.lastEntry();
        return true;
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
        return false;
      } catch (Error e) {
        result.completeExceptionally(e);
        throw e;
      }
    }

    void finish(@Nullable Throwable error) {
      if (error != null) {
        result.completeExceptionally(error);
      } else {
        result.complete(value);
      }
    }
  }

  private final class CommitFeed implements WatchListener {
    @Override
    public void onCommit(Commit commit, ReadView state) {
      if (!started) {
        return;
      }
      try {
        components.forEach(component -> component.onCommit(commit));
      } catch (RuntimeException | Error e) {
        commitFailure = e;
      }
    }

    /** Happens to managers that follow: no component knows the state that was replaced. */
    @Override
    public boolean onRestore(ReadView state) {
      stopComponents();
      return true;
    }
  }

  private final class Leadership implements ReplicatedLog.LeadershipListener {
    @Override
    public void onLeading(long term) {
      leading = true;
      leader = Optional.empty();
      cancelTimers();
      LOG.atInfo().addKeyValue("term", term).log("this manager leads");
    }

    @Override
    public void onFollowing(Optional<String> hint) {
      leading = false;
      leader = hint;
      stopComponents();
    }

    @Override
    public void onStopped(SwarmException cause) {
      leading = false;
      leader = Optional.empty();
      stopped = cause;
      stopComponents();
      LOG.atInfo().addKeyValue("why", cause.getMessage()).log("this manager takes part no more");
    }
  }
}
