// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.raft.storage.Disk;
import io.jswarm.raft.storage.Journal;
import io.jswarm.raft.storage.Seal;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLog.LeadershipListener;
import io.jswarm.spi.ReplicatedLog.StateMachine;
import io.jswarm.spi.ReplicatedLogFactory.Settings;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A manager that takes part: the parts, what they tell each other, and its end. One loop of its own
 * runs Atomix's roles and all parts; the state machine is on its owner; files are written
 * elsewhere.
 */
final class Engine {
  /** The original's limit for one entry (S10.1). */
  static final int MAX_ENTRY_BYTES = 3 * 512 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  /** States are compared this long after the last change. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  /** A journal looks again for room, and notes where it ends. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final Executor owner;
  private final StateMachine machine;
  private final RaftSettings settings;
  private final MemberId self;
  private final Storage storage;
  private final ManagerContext raft;
  private final Peers peers;
  private final Elections elections;
  private final Requests requests;
  private final Proposals proposals;
  private final Applier applier;
  private final Snapshotter snapshotter;
  private final SnapshotInstall install;
  private final Membership membership;
  private final LeadershipTransfer transfer;
  private final LeadershipReport report;
  private final Gate opened;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable SwarmException stopCause;
  private boolean stopping;
  private Role role = Role.INACTIVE;
  private long roleTerm;
  private Applier.@Nullable Progress latest;
  private long markedPosition;
  private int unmarked;

  /**
   * Opens what is on disk; {@link #start} begins.
   *
   * @throws io.jswarm.spi.UntrustedLogException when it is damaged
   */
  Engine(
      Settings where,
      RaftSettings settings,
      Disk disk,
      Seal seal,
      EventLoop loop,
      Executor owner,
      StateMachine machine,
      LeadershipListener leadership)
      throws IOException {
    Executor io = where.environment().blocking();
    this.loop = loop;
    this.opened = new Gate(loop);
    this.owner = owner;
    this.machine = machine;
    this.settings = settings;
    var random = where.environment().random().split();
    storage = new Storage(where, settings, disk, seal, random, io, opened, new JournalEvents());
    self = ManagerId.toMember(storage.identity().manager());
    report = new LeadershipReport(owner, leadership);
    transfer = new LeadershipTransfer(this, loop, settings);
    membership = new Membership(this, loop, storage.identity().manager(), transfer);
    elections = new Elections(this, loop, random.split(), settings);
    proposals = new Proposals(this, loop, settings);
    applier = new Applier(this, owner, machine);
    snapshotter = new Snapshotter(this, storage.snapshots(), io, settings);
    install = new SnapshotInstall(this, storage.snapshots(), io);
    requests = new Requests(this, elections, install);
    raft =
        ManagerContext.create(
            self,
            new PeerProtocol(this),
            new LoopThreadContext(loop, this::fail),
            storage.journal(),
            storage.terms(),
            storage.configurations(),
            new ContextEvents());
    peers =
        new Peers(loop, where.transport(), self, storage.identity().cluster(), new PeerEvents());
  }

  /** Takes over the state of the snapshot, if there is one, and begins to take part. */
  void start() throws IOException {
    SnapshotHeader header = storage.header();
    if (header == null) {
      execute(this::begin);
      return;
    }
    var stored = storage.snapshots().current().orElseThrow();
    try (DataInputStream in = new DataInputStream(stored.open())) {
      SnapshotHeader.readFrom(in);
      ReplicatedLog.Restorable state = machine.read(in);
      owner.execute(
          () ->
              guarded(
                  () -> {
                    state.restore();
                    applier.restoredOnOwner(header);
                    execute(
                        () -> {
                          raft.snapshotBridge().stored(stored);
                          applier.restored(header);
                          begin();
                          raft.setCommitIndex(header.index());
                          raft.applied().advance(header.index());
                        });
                  }));
    }
  }

  private void begin() {
    SnapshotHeader header = storage.header();
    membership.begin(
        header == null ? java.util.Set.of() : header.removed(),
        storage.configurations().at(header == null ? 0 : header.index()).members());
    raft.addRoleChangeListener(this::onRole);
    opened.open();
    LOG.atInfo()
        .addKeyValue("manager", self)
        .addKeyValue("term", raft.getTerm())
        .addKeyValue("last", journal().lastIndex())
        .log("this manager takes part");
    raft.transition(isVoter() ? Role.FOLLOWER : Role.PROMOTABLE);
    loop.schedule(IDLE, () -> guarded(this::idle));
    loop.schedule(RETRY, () -> guarded(this::retryJournal));
  }

  private void onRole(Role now) {
    long term = raft.getTerm();
    if (now == role && term == roleTerm) {
      return; // Atomix tells some twice (hazard 23)
    }
    role = now;
    roleTerm = term;
    if (now != Role.LEADER) {
      proposals.follow();
      report.follows(leaderAddress());
    }
    elections.onRole(now);
    membership.refresh();
  }

  private Optional<String> leaderAddress() {
    MemberId leader = raft.leaderId();
    return leader == null || leader.equals(self)
        ? Optional.empty()
        : Optional.of(ManagerId.of(leader).address());
  }

  /** Entries were applied. */
  void onApplied(Applier.Progress progress) {
    latest = progress;
    raft.applied().advance(progress.index());
    int commands = 0;
    boolean leads = false;
    for (Journal.Entry entry : progress.entries()) {
      boolean ofThisTerm = entry.term() == raft.getTerm();
      if (EntryCodec.isCommand(entry.payload())) {
        commands += ofThisTerm ? 1 : 0;
      } else if (ofThisTerm && !EntryCodec.isConfiguration(entry.payload())) {
        leads = raft.hasRole(Role.LEADER);
      }
    }
    membership.applied(progress.entries());
    snapshotter.applied(progress);
    if (leads && !isStopped()) {
      LOG.atInfo().addKeyValue("term", raft.getTerm()).log("this manager leads");
      report.leads(raft.getTerm());
      proposals.lead();
    }
    unmarked += commands;
    if (unmarked >= settings.selfCheckEntries()) {
      mark();
    }
    proposals.applied(raft.getTerm(), commands);
  }

  private void idle() {
    Applier.Progress progress = latest;
    if (progress != null && progress.position() != markedPosition) {
      mark();
    }
    loop.schedule(IDLE, () -> guarded(this::idle));
  }

  /** The leader tells what its state is, for others to compare. */
  private void mark() {
    Applier.Progress progress = latest;
    if (progress != null
        && proposals.proposeOwn(
            new LogCommand.Marker(progress.position(), progress.fingerprint()))) {
      unmarked = 0;
      markedPosition = progress.position();
    }
  }

  private void retryJournal() {
    if (isStopped()) {
      return;
    }
    journal().retry();
    leadNoMoreWhenFull();
    loop.schedule(RETRY, () -> guarded(this::retryJournal));
  }

  /** Who has no room can do nothing for the cluster that another one could not do better. */
  private void leadNoMoreWhenFull() {
    boolean inTheWay =
        journal().isFull()
            && raft.hasRole(Role.LEADER)
            && elections.othersAreQuorum()
            && !transfer.isRunning();
    if (inTheWay) {
      whenDone(
          transfer.start(Optional.empty()),
          (done, error) -> {
            if (error != null && journal().isFull()) {
              elections.stepDown("there is no room on this manager's disk");
            }
          });
    }
  }

  CompletableFuture<Long> propose(ReplicatedLog.Entry entry) {
    if (entry.estimatedBytes() > maxEntryBytes()) {
      CompletableFuture<Long> refused = new CompletableFuture<>();
      owner.execute(() -> refused.completeExceptionally(tooLarge(entry.estimatedBytes())));
      return refused;
    }
    return proposals.propose(entry);
  }

  /**
   * A command through the log: whoever gets it committed was the leader, and all that was
   * acknowledged before comes before it.
   */
  CompletableFuture<Long> barrier() {
    return proposals.barrier();
  }

  InvalidSpecException tooLarge(int bytes) {
    return new InvalidSpecException(
        "entry", "size", "about " + bytes + " bytes, the limit is " + maxEntryBytes());
  }

  /** The limit for one entry; with small segments, what fits into one. */
  int maxEntryBytes() {
    return Math.min(MAX_ENTRY_BYTES, maxBatchBytes() - LogCommand.BATCH_OVERHEAD - 8);
  }

  /** What fits into one entry of the journal. */
  int maxBatchBytes() {
    return journal().maxPayload() - EntryCodec.HEADER;
  }

  boolean isVoter() {
    return raft.getCluster().getMember().getType() == RaftMember.Type.ACTIVE;
  }

  boolean isInstalling() {
    return install.isReplacing();
  }

  boolean isReceivingSnapshot() {
    return install.isBusy();
  }

  /** Runs on the Raft loop; a failure ends the manager. Any thread. */
  void execute(Runnable task) {
    loop.execute(() -> guarded(task));
  }

  /** Runs here and now; a failure ends the manager. */
  void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /** Goes on after a stage; a failure to do so ends the manager. On the Raft loop. */
  <T> void whenDone(CompletableFuture<T> stage, BiConsumer<? super T, ? super Throwable> next) {
    var unused = stage.whenComplete((result, error) -> guarded(() -> next.accept(result, error)));
  }

  /** Ends the manager because something failed that must not. Any thread. */
  void fail(Throwable cause) {
    SwarmException why =
        cause instanceof SwarmException known
            ? known
            : new UnavailableException(
                "this manager stopped because it cannot trust itself any more: " + cause, cause);
    LOG.atError().addKeyValue("manager", self).setCause(cause).log("this manager stops");
    if (stopCause == null) {
      stopCause = why; // at once: nothing more is applied
    }
    loop.execute(() -> stop(why));
  }

  /** Ends the manager. */
  void stop(SwarmException why) {
    if (stopping) {
      return;
    }
    stopping = true;
    stopCause = why;
    elections.stop();
    proposals.end(why);
    peers.close();
    try {
      raft.transition(Role.INACTIVE);
    } catch (RuntimeException e) {
      LOG.atDebug().setCause(e).log("the role did not end cleanly");
    }
    raft.close();
    report.stopped(why);
    closeStorage();
  }

  private void closeStorage() {
    try {
      var unused = storage.close().whenComplete((closed, error) -> ended.complete(null));
    } catch (IOException | RuntimeException e) {
      LOG.atDebug().setCause(e).log("files were not closed cleanly");
      ended.complete(null);
    }
  }

  /** Hands leadership on if this manager leads, then ends. */
  CompletableFuture<Void> close() {
    execute(
        () -> {
          if (raft.hasRole(Role.LEADER)) {
            whenDone(transfer.start(Optional.empty()), (done, error) -> closed());
          } else {
            closed();
          }
        });
    return ended;
  }

  /** Ends the manager without a word. */
  void abort() {
    execute(this::closed);
  }

  private void closed() {
    stop(new UnavailableException("this manager was closed"));
  }

  boolean isStopped() {
    return stopCause != null;
  }

  @Nullable SwarmException stopCause() {
    return stopCause;
  }

  MemberId self() {
    return self;
  }

  Executor owner() {
    return owner;
  }

  StateMachine machine() {
    return machine;
  }

  ManagerContext raft() {
    return raft;
  }

  Journal journal() {
    return storage.journal();
  }

  Configurations configurations() {
    return storage.configurations();
  }

  Peers peers() {
    return peers;
  }

  Elections elections() {
    return elections;
  }

  Proposals proposals() {
    return proposals;
  }

  Applier applier() {
    return applier;
  }

  Snapshotter snapshotter() {
    return snapshotter;
  }

  Membership membership() {
    return membership;
  }

  private final class ContextEvents implements ManagerContext.Events {
    @Override
    public void onLeader(@Nullable MemberId leader) {
      if (role != Role.LEADER) {
        report.follows(leaderAddress());
      }
      membership.refresh();
    }

    @Override
    public void onCommitted(long index) {
      applier.advance();
    }

    @Override
    public void onStorageFailure(Exception cause) {
      fail(cause);
    }
  }

  private final class JournalEvents implements Journal.Listener {
    @Override
    public void onDurable(long index) {
      guarded(
          () -> {
            requests.durable(index);
            applier.advance();
          });
    }

    @Override
    public void onFull(boolean full) {
      LOG.atWarn().addKeyValue("full", full).log("room on the disk of this manager");
    }

    @Override
    public void onFailure(Exception cause) {
      fail(cause);
    }
  }

  private final class PeerEvents implements Peers.Handler {
    @Override
    public CompletableFuture<byte[]> onRequest(MemberId from, Frame.Type type, byte[] body) {
      if (isStopped()) {
        return CompletableFuture.failedFuture(new IllegalStateException("stopped"));
      }
      return requests.take(from, type, body);
    }

    @Override
    public boolean isRemoved(MemberId member) {
      return membership.isRemoved(member);
    }

    @Override
    public void onAnswer(MemberId from) {
      elections.answered(from);
    }

    @Override
    public void onBroken(MemberId member) {
      guarded(() -> elections.broken(member));
    }

    @Override
    public void onRemoved(MemberId by) {
      stop(
          new FailedPreconditionException(
              "this manager was removed from the cluster, says "
                  + by
                  + "; to take part again it has to join anew"));
    }

    @Override
    public void onCluster(long cluster) {
      guarded(
          () -> {
            try {
              storage.joined(cluster);
            } catch (IOException e) {
              fail(e);
            }
          });
    }

    @Override
    public void onFailure(Throwable cause) {
      fail(cause);
    }
  }
}
