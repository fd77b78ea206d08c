// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.FailedPreconditionException;
import io.jswarm.IndeterminateResultException;
import io.jswarm.InvalidSpecException;
import io.jswarm.NotLeaderException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.RandomSource;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.spi.ReplicatedLog.Restorable;
import io.jswarm.spi.ReplicatedLog.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The logs of several managers in one simulated world: not how managers agree, but what it looks
 * like from outside. There is one sequence of entries. Who leads, how late each manager hears of an
 * entry, and what becomes of proposals that are on their way when leadership ends is drawn from the
 * seed, within what {@link ReplicatedLog} allows.
 *
 * <p>Managers are named by their nodes. What a manager has heard survives its {@link #kill} under
 * that name. {@link #violations()} lists what the state machines did wrong.
 */
public final class SimulatedLogGroup implements ReplicatedLogFactory {
  private static final Duration QUORUM_CHECK = Duration.ofMillis(500);
  private static final String REMOVED = "this manager was removed from the cluster";
  private static final Duration CATCH_UP = Duration.ofSeconds(10);

  private final SimulatedEnvironment world;
  private final RandomSource random;

  /** What was agreed; the entry at position p is element p − 1. */
  private final List<Agreed> agreed = new ArrayList<>();

  /** By position. */
  private final TreeMap<Long, byte[]> snapshots = new TreeMap<>();

  private final Map<Long, Long> fingerprints = new HashMap<>();
  private final Map<String, Disk> disks = new TreeMap<>();
  private final Map<String, Peer> members = new TreeMap<>();
  private final Map<String, Log> running = new TreeMap<>();
  private final Map<String, String> damages = new TreeMap<>();
  private final TreeSet<String> isolated = new TreeSet<>();
  private final List<String> violations = new ArrayList<>();

  /** Entries of a leader of before whose fate the next election decides, oldest first. */
  private final ArrayDeque<Proposal> limbo = new ArrayDeque<>();

  private final ArrayDeque<Proposal> inFlight = new ArrayDeque<>();
  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private ReplicatedLog.@Nullable StateMachine observer;
  private @Nullable Log leader;
  private long term;
  private boolean electing;
  private boolean checking;
  private @Nullable Change changing;
  private boolean full;
  private int snapshotEvery = 200;
  private int keep = 50;
  private int maxEntryBytes = 3 * 512 * 1024;
  private Duration commitTime = Duration.ofMillis(3);

  public SimulatedLogGroup(SimulatedEnvironment world) {
    this.world = world;
    this.random = world.environment().random().split();
  }

  // What a test may set and do

  /** A snapshot is taken after so many entries, and so many are kept behind it. */
  public void snapshots(int every, int kept) {
    snapshotEvery = every;
    keep = kept;
  }

  /** The largest entry; 1.5 MiB unless set. */
  public void maxEntryBytes(int bytes) {
    maxEntryBytes = bytes;
  }

  /** From now on proposals fail for want of space, or are taken again. */
  public void full(boolean now) {
    full = now;
  }

  /** The manager of that node ends without a word, as its process would. */
  public void kill(String nodeId) {
    Log log = running.get(nodeId);
    if (log != null) {
      log.end();
      connectivityChanged();
    }
  }

  /** Nothing gets to the manager of that node or from it. */
  public void isolate(String nodeId) {
    isolated.add(nodeId);
    connectivityChanged();
  }

  /** It is back. */
  public void heal(String nodeId) {
    isolated.remove(nodeId);
    connectivityChanged();
  }

  /** All are back. */
  public void healAll() {
    isolated.clear();
    connectivityChanged();
  }

  /** The manager of that node, which does not run, loses what it has on disk. */
  public void wipe(String nodeId) {
    disks.remove(nodeId);
    damages.remove(nodeId);
  }

  /** What the manager of that node, which does not run, has on disk is damaged until wiped. */
  public void damage(String nodeId, String what) {
    damages.put(nodeId, what);
  }

  /** The manager of that node can go on no more. */
  public void fail(String nodeId, SwarmException cause) {
    Log log = running.get(nodeId);
    if (log != null) {
      log.stopWith(cause);
      connectivityChanged();
    }
  }

  /** Leadership moves to another manager, if there is one that can have it. */
  public void moveLeadership() {
    Log from = leader;
    if (from != null) {
      electable().stream().filter(log -> log != from).findFirst().ifPresent(this::handOver);
    }
  }

  /** The node of the manager that leads. */
  public Optional<String> leaderNode() {
    Log log = leader;
    return log == null ? Optional.empty() : Optional.of(log.self.nodeId());
  }

  /** Has a machine apply every entry the moment it is agreed, as a manager that never fails. */
  public void observe(ReplicatedLog.StateMachine machine) {
    observer = machine;
    for (int i = 0; i < agreed.size(); i++) {
      machine.apply(i + 1L, machine.decode(agreed.get(i).bytes));
    }
  }

  private void agree(Agreed entry) {
    agreed.add(entry);
    if (observer != null) {
      observer.apply(agreed.size(), observer.decode(entry.bytes));
      noteFingerprint("the observer", agreed.size(), observer.fingerprint());
    }
  }

  /** How many entries were agreed. */
  public long position() {
    return agreed.size();
  }

  /** Where state machines differed, or failed. */
  public List<String> violations() {
    return violations;
  }

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public ReplicatedLog create(Settings settings) {
    return create(settings.nodeId(), settings.address(), settings.entry());
  }

  /** A log for the manager of that node; one that ran before goes on from what it had. */
  public ReplicatedLog create(String nodeId, String address, ReplicatedLogFactory.Entry entry) {
    Disk disk = disks.get(nodeId);
    boolean fresh = disk == null;
    if (disk == null) {
      String id = world.environment().ids().next();
      disk = new Disk(new ManagerGroup.Manager(id, nodeId, address));
      disks.put(nodeId, disk);
    }
    Log log = new Log(disk);
    if (fresh && entry == ReplicatedLogFactory.Entry.BOOTSTRAP) {
      if (!members.isEmpty()) {
        throw new IllegalStateException("there is a cluster already; one group is one cluster");
      }
      members.put(disk.self.id(), new Peer(disk.self, true));
    } else if (entry == ReplicatedLogFactory.Entry.FORCE_NEW_CLUSTER) {
      forceNewCluster(disk);
    }
    return log;
  }

  private void forceNewCluster(Disk disk) {
    List.copyOf(running.values()).forEach(Log::end);
    leader = null;
    members.clear();
    members.put(disk.self.id(), new Peer(disk.self, true));
    limbo.clear();
    while (agreed.size() > disk.position) {
      fingerprints.remove((long) agreed.size());
      agreed.remove(agreed.size() - 1);
    }
    snapshots.tailMap(disk.position, false).clear();
  }

  // Who leads

  private static int quorum(int voters) {
    return voters / 2 + 1;
  }

  private Collection<Peer> voters() {
    return members.values().stream().filter(peer -> peer.voter).toList();
  }

  private @Nullable Log reachable(Peer peer) {
    Log log = running.get(peer.manager.nodeId());
    return log != null && log.connected() && log.self.id().equals(peer.manager.id()) ? log : null;
  }

  private List<Log> electable() {
    List<Log> logs = new ArrayList<>();
    for (Peer peer : voters()) {
      Log log = reachable(peer);
      if (log != null) {
        logs.add(log);
      }
    }
    return logs;
  }

  private boolean hasQuorum() {
    return electable().size() >= quorum(voters().size());
  }

  private boolean leaderWorks() {
    Log log = leader;
    return log != null && log.connected() && hasQuorum();
  }

  private void connectivityChanged() {
    Log log = leader;
    if (log != null && !log.alive) {
      depose();
    }
    for (Log each : List.copyOf(running.values())) {
      each.meetGroup();
    }
    if (leader != null && !leaderWorks() && !checking) {
      checking = true;
      world.schedule(QUORUM_CHECK, this::checkQuorum);
    }
    commit();
    feedAll();
    elect();
  }

  private void checkQuorum() {
    checking = false;
    Log log = leader;
    if (log != null && !leaderWorks()) {
      depose();
      log.follow(null);
      elect();
    }
  }

  /** The entries under way get their chance with the next leader. */
  private void depose() {
    limbo.addAll(inFlight);
    inFlight.clear();
    leader = null;
    changing = null;
    changes.forEach(Change::refuse);
    changes.clear();
  }

  /** One that is cut off may still believe that it leads while the others elect. */
  private void elect() {
    Log present = leader;
    if ((present == null || !present.connected()) && !electing && hasQuorum()) {
      electing = true;
      world.schedule(Duration.ofMillis(100 + random.nextInt(300)), this::endElection);
    }
  }

  private void endElection() {
    electing = false;
    Log old = leader;
    if (!hasQuorum() || (old != null && old.connected())) {
      return;
    }
    if (old != null) {
      depose();
      world.schedule(
          QUORUM_CHECK,
          () -> {
            if (leader != old && old.alive) {
              old.follow(null); // it has counted, and there were too few
            }
          });
    }
    List<Log> candidates = electable();
    lead(candidates.get(random.nextInt(candidates.size())));
  }

  private void handOver(Log to) {
    depose();
    world.schedule(
        Duration.ofMillis(1 + random.nextInt(5)),
        () -> {
          if (leader == null && to.alive && to.connected() && hasQuorum()) {
            lead(to);
          } else {
            elect();
          }
        });
  }

  private void lead(Log winner) {
    term++;
    leader = winner;
    int survive = limbo.isEmpty() ? 0 : random.nextInt(limbo.size() + 1);
    while (!limbo.isEmpty()) {
      Proposal proposal = limbo.remove();
      if (survive-- > 0) {
        agree(new Agreed(proposal.bytes, null));
        proposal.log.lost(proposal, false);
      } else {
        proposal.log.lost(proposal, random.nextInt(2) == 0);
      }
    }
    feedAll();
    winner.announce(term);
    for (Log log : List.copyOf(running.values())) {
      if (log != winner && log.connected() && members.containsKey(log.self.id())) {
        log.follow(winner.self.address());
      }
    }
  }

  // How entries travel

  private void commit() {
    if (!leaderWorks()) {
      return;
    }
    long now = world.elapsed().toNanos();
    boolean any = false;
    for (Proposal head = inFlight.peek();
        head != null && head.dueNanos <= now;
        head = inFlight.peek()) {
      inFlight.remove();
      agree(new Agreed(head.bytes, head));
      any = true;
    }
    if (any) {
      feedAll();
    }
  }

  private void feedAll() {
    if (leaderWorks()) {
      for (Log log : List.copyOf(running.values())) {
        if (log.connected() && members.containsKey(log.self.id())) {
          log.feed(agreed.size());
        }
      }
    }
  }

  private void snapshotTaken(long position, Snapshot held) {
    world.schedule(
        Duration.ofMillis(random.nextInt(200)),
        () -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          try {
            held.writeTo(out);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          if (position <= agreed.size()) {
            snapshots.put(position, out.toByteArray());
          }
        });
  }

  private void noteFingerprint(String who, long position, long fingerprint) {
    Long known = fingerprints.putIfAbsent(position, fingerprint);
    if (known != null && known != fingerprint) {
      violations.add(
          "I-13 after entry "
              + position
              + " the state of "
              + who
              + " is "
              + Long.toHexString(fingerprint)
              + ", elsewhere it is "
              + Long.toHexString(known));
    }
  }

  private Duration delay(int mostMillis) {
    return Duration.ofNanos((long) (random.nextDouble() * mostMillis * 1_000_000L));
  }

  // Who takes part

  private void nextChange() {
    if (changing == null && !changes.isEmpty()) {
      Change next = changes.remove();
      changing = next;
      world.schedule(commitTime, next::begin);
    }
  }

  /** Of the membership, or of who leads; one at a time. */
  private final class Change {
    private final Log by;
    private final Consumer<Change> step;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Change(Log by, Consumer<Change> step) {
      this.by = by;
      this.step = step;
    }

    CompletionStage<Void> queue() {
      if (leader == by && by.leading) {
        changes.add(this);
        nextChange();
      } else {
        refuse();
      }
      return done;
    }

    void refuse() {
      by.onOwner(() -> done.completeExceptionally(by.notLeader()));
    }

    void begin() {
      if (!lost()) {
        step.accept(this);
      }
    }

    /** Whether the leader that was asked leads no more; whoever asked is told. */
    boolean lost() {
      if (changing == this && leader == by && leaderWorks()) {
        return false;
      }
      end(new IndeterminateResultException("leadership was lost on the way"));
      return true;
    }

    void end(@Nullable SwarmException error) {
      by.onOwner(
          () -> {
            if (error == null) {
              done.complete(null);
            } else {
              done.completeExceptionally(error);
            }
          });
      if (changing == this) {
        changing = null;
        nextChange();
      }
    }
  }

  private static final class Agreed {
    final byte[] bytes;
    final @Nullable Proposal proposal;

    Agreed(byte[] bytes, @Nullable Proposal proposal) {
      this.bytes = bytes;
      this.proposal = proposal;
    }
  }

  private static final class Proposal {
    final Log log;
    final ReplicatedLog.Entry entry;
    final byte[] bytes;
    final long dueNanos;
    final CompletableFuture<Long> done = new CompletableFuture<>();

    Proposal(Log log, ReplicatedLog.Entry entry, long dueNanos) {
      this.log = log;
      this.entry = entry;
      this.bytes = entry.toBytes();
      this.dueNanos = dueNanos;
    }
  }

  private static final class Peer {
    final ManagerGroup.Manager manager;
    boolean voter;

    Peer(ManagerGroup.Manager manager, boolean voter) {
      this.manager = manager;
      this.voter = voter;
    }
  }

  /** What a manager has heard for good. */
  private static final class Disk {
    final ManagerGroup.Manager self;
    long position;

    Disk(ManagerGroup.Manager self) {
      this.self = self;
    }
  }

  private final class Log implements ReplicatedLog, ManagerGroup {
    private final Disk disk;
    private final ManagerGroup.Manager self;
    private @Nullable Executor owner;
    private @Nullable StateMachine machine;
    private @Nullable LeadershipListener leadership;
    private boolean alive;
    private boolean ended;

    /** What this manager believes. */
    private boolean leading;

    private Optional<Manager> believed = Optional.empty();

    /** The last entry on its way to the state machine, and the last one there. */
    private long fed;

    private long applied;
    private final ArrayDeque<Runnable> arrivals = new ArrayDeque<>();
    private long lastArrival;

    /** What callers wait for. */
    private final List<CompletableFuture<Long>> open = new ArrayList<>();

    /** Proposals made without leading any more, and not yet told so. */
    private final List<Proposal> stale = new ArrayList<>();

    Log(Disk disk) {
      this.disk = disk;
      this.self = disk.self;
    }

    boolean connected() {
      return alive && !isolated.contains(self.nodeId());
    }

    @Override
    public void start(Executor owner, StateMachine machine, LeadershipListener leadership) {
      if (this.owner != null) {
        throw new IllegalStateException("this log has been started already");
      }
      this.owner = owner;
      this.machine = machine;
      this.leadership = leadership;
      if (ended) {
        return;
      }
      if (damages.containsKey(self.nodeId())) {
        throw new UntrustedLogException(damages.get(self.nodeId()));
      }
      if (running.containsKey(self.nodeId())) {
        throw new IllegalStateException("the manager of " + self.nodeId() + " runs already");
      }
      alive = true;
      running.put(self.nodeId(), this);
      feed(Math.min(disk.position, agreed.size()));
      follow(null);
      connectivityChanged();
    }

    /** On contact with the others it hears who leads, or that it was removed. */
    void meetGroup() {
      if (!connected() || !leaderWorks() || leader == this) {
        return;
      }
      Log other = leader;
      if (!members.containsKey(self.id())) {
        if (disk.position > 0 || believed.isPresent()) {
          stopWith(new FailedPreconditionException(REMOVED));
        }
      } else if (other != null
          && (leading
              || believed.isEmpty()
              || !believed.get().address().equals(other.self.address()))) {
        follow(other.self.address());
      }
    }

    /** Something happens on the owner, after everything that is on its way there. */
    private void later(Duration delay, Runnable task) {
      arrive(delay, () -> onOwner(task));
    }

    private void arrive(Duration delay, Runnable arrival) {
      long now = world.elapsed().toNanos();
      lastArrival = Math.max(lastArrival, now + delay.toNanos());
      arrivals.add(arrival);
      // As many events as arrivals, but each takes the oldest: events of one instant may swap.
      world.schedule(
          Duration.ofNanos(lastArrival - now),
          () -> {
            Runnable next = arrivals.remove();
            if (alive) {
              next.run();
            }
          });
    }

    private void onOwner(Runnable task) {
      Executor to = owner;
      if (to != null) {
        to.execute(
            () -> {
              if (alive) {
                task.run();
              }
            });
      }
    }

    private StateMachine machine() {
      if (machine == null) {
        throw new IllegalStateException("the log has not been started");
      }
      return machine;
    }

    private LeadershipListener listener() {
      if (leadership == null) {
        throw new IllegalStateException("the log has not been started");
      }
      return leadership;
    }

    void feed(long upTo) {
      Map.Entry<Long, byte[]> newest = snapshots.floorEntry(upTo);
      boolean fromDisk = applied == 0 && upTo <= disk.position;
      if (newest != null && newest.getKey() - (fromDisk ? 0 : keep) > fed) {
        restore(newest.getKey(), newest.getValue());
      }
      while (fed < upTo) {
        long position = ++fed;
        Agreed agreement = agreed.get((int) position - 1);
        Proposal own =
            agreement.proposal != null && agreement.proposal.log == this
                ? agreement.proposal
                : null;
        // Now and then a follower lags.
        int most = own != null ? 0 : random.nextInt(50) == 0 ? 400 : 5;
        later(delay(most), () -> apply(position, agreement.bytes, own));
      }
    }

    private void apply(long position, byte[] bytes, @Nullable Proposal own) {
      if (position != applied + 1) {
        throw new AssertionError("entry " + position + " after " + applied);
      }
      StateMachine to = machine();
      to.apply(position, own != null ? own.entry : to.decode(bytes));
      applied = position;
      disk.position = Math.max(disk.position, position);
      noteFingerprint(self.nodeId(), position, to.fingerprint());
      if (own != null) {
        own.done.complete(position);
      }
      if (leading && position % snapshotEvery == 0) {
        snapshotTaken(position, to.snapshot());
      }
    }

    private void restore(long position, byte[] snapshot) {
      fed = position;
      arrive(
          delay(20),
          () -> {
            Restorable read = read(snapshot);
            onOwner(
                () -> {
                  read.restore();
                  applied = position;
                  disk.position = Math.max(disk.position, position);
                  noteFingerprint(self.nodeId(), position, machine().fingerprint());
                });
          });
    }

    private Restorable read(byte[] snapshot) {
      try {
        return machine().read(new ByteArrayInputStream(snapshot));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void announce(long newTerm) {
      failStale(false);
      later(
          delay(5),
          () -> {
            if (leader == this && newTerm == term) {
              leading = true;
              believed = Optional.of(self);
              listener().onLeading(newTerm);
            }
          });
    }

    void follow(@Nullable String address) {
      later(
          delay(20),
          () -> {
            if (leader == this && leading) {
              return; // it has become leader meanwhile
            }
            leading = false;
            believed = address == null ? Optional.empty() : managerAt(address);
            failStale(true);
            listener().onFollowing(believed.map(Manager::address));
          });
    }

    private Optional<Manager> managerAt(String address) {
      return members.values().stream()
          .map(peer -> peer.manager)
          .filter(manager -> manager.address().equals(address))
          .findFirst();
    }

    /** A proposal that will certainly not take effect any more. */
    private void failStale(boolean told) {
      List<Proposal> all = List.copyOf(stale);
      stale.clear();
      all.forEach(proposal -> lost(proposal, told && random.nextInt(2) == 0));
    }

    /** Tells what became of a proposal: {@code certain} if it will never take effect. */
    void lost(Proposal proposal, boolean certain) {
      SwarmException error =
          certain
              ? notLeader()
              : new IndeterminateResultException("leadership was lost on the way");
      onOwner(() -> proposal.done.completeExceptionally(error));
    }

    void stopWith(SwarmException cause) {
      later(
          Duration.ZERO,
          () -> {
            end();
            failOpen("this manager takes part no more");
            listener().onStopped(cause);
          });
    }

    private void failOpen(String why) {
      for (CompletableFuture<Long> stage : List.copyOf(open)) {
        stage.completeExceptionally(new IndeterminateResultException(why));
      }
    }

    /** No callback comes any more. */
    void end() {
      alive = false;
      ended = true;
      leading = false;
      running.remove(self.nodeId(), this);
      if (leader == this) {
        depose();
        elect();
      }
    }

    NotLeaderException notLeader() {
      return new NotLeaderException(
          "this manager does not lead",
          believed.filter(manager -> !manager.equals(self)).map(Manager::address).orElse(null));
    }

    @Override
    public CompletionStage<Long> propose(ReplicatedLog.Entry entry) {
      CompletableFuture<Long> refused = new CompletableFuture<>();
      if (owner == null) {
        refused.completeExceptionally(new UnavailableException("the log has not been started"));
      } else if (!alive) {
        refused.completeExceptionally(new NotLeaderException("the log is closed", null));
      } else if (entry.estimatedBytes() > maxEntryBytes) {
        refused.completeExceptionally(
            new InvalidSpecException("entry", "size", "the limit is " + maxEntryBytes));
      } else if (!leading) {
        onOwner(() -> refused.completeExceptionally(notLeader()));
      } else if (full) {
        onOwner(() -> refused.completeExceptionally(new UnavailableException("the disk is full")));
      } else {
        return take(entry);
      }
      return refused;
    }

    private CompletionStage<Long> take(ReplicatedLog.Entry entry) {
      Proposal last = inFlight.peekLast();
      long due =
          world.elapsed().plus(commitTime).plus(delay((int) commitTime.toMillis())).toNanos();
      Proposal proposal =
          new Proposal(this, entry, last == null ? due : Math.max(due, last.dueNanos));
      if (leader == this) {
        inFlight.add(proposal);
        world.schedule(
            Duration.ofNanos(proposal.dueNanos).minus(world.elapsed()),
            SimulatedLogGroup.this::commit);
      } else {
        stale.add(proposal);
      }
      return tracked(proposal.done);
    }

    private CompletableFuture<Long> tracked(CompletableFuture<Long> stage) {
      open.removeIf(CompletableFuture::isDone);
      open.add(stage);
      return stage;
    }

    @Override
    public CompletionStage<Long> barrier() {
      CompletableFuture<Long> done = new CompletableFuture<>();
      if (!alive) {
        done.completeExceptionally(new UnavailableException("the log does not run"));
        return done;
      }
      tracked(done);
      if (!leading) {
        onOwner(() -> done.completeExceptionally(notLeader()));
        return done;
      }
      world.schedule(
          commitTime,
          () -> {
            long upTo = agreed.size();
            if (leader == this && leaderWorks()) {
              feed(upTo);
              later(Duration.ZERO, () -> done.complete(upTo));
            } else {
              onOwner(() -> done.completeExceptionally(notLeader()));
            }
          });
      return done;
    }

    @Override
    public int maxEntryBytes() {
      return maxEntryBytes;
    }

    @Override
    public Optional<ManagerGroup> group() {
      return Optional.of(this);
    }

    /** Hands leadership on first; what is on its way has an unknown fate. */
    @Override
    public void close() {
      if (!alive) {
        ended = true;
        return;
      }
      boolean led = leader == this;
      alive = false;
      ended = true;
      leading = false;
      running.remove(self.nodeId(), this);
      failOpen("the log was closed on the way");
      if (led) {
        List<Log> others = electable();
        if (!others.isEmpty() && hasQuorum()) {
          handOver(others.get(random.nextInt(others.size())));
        } else {
          depose();
        }
      }
      connectivityChanged();
    }

    // ManagerGroup

    @Override
    public Manager self() {
      return self;
    }

    @Override
    public List<Member> members() {
      List<Member> list = new ArrayList<>();
      for (Peer peer : members.values()) {
        Log log = running.get(peer.manager.nodeId());
        boolean reachable =
            leader != this || (log != null && (log == this || (log.connected() && connected())));
        list.add(
            new Member(
                peer.manager,
                peer.voter,
                believed.map(Manager::id).equals(Optional.of(peer.manager.id())),
                reachable));
      }
      return list;
    }

    @Override
    public Optional<Manager> leader() {
      return believed;
    }

    @Override
    public CompletionStage<Void> add(Manager newcomer) {
      return new Change(this, change -> add(newcomer, change)).queue();
    }

    private void add(Manager newcomer, Change change) {
      members.putIfAbsent(newcomer.id(), new Peer(newcomer, false));
      for (Log log : running.values()) {
        if (log.self.id().equals(newcomer.id())) {
          log.follow(self.address());
        }
      }
      feedAll();
      catchUp(newcomer, change, world.elapsed().plus(CATCH_UP));
    }

    private void catchUp(Manager newcomer, Change change, Duration end) {
      Peer peer = members.get(newcomer.id());
      if (peer == null || change.lost()) {
        return;
      }
      Log log = reachable(peer);
      if (log != null && log.applied >= agreed.size()) {
        peer.voter = true;
        change.end(null);
      } else if (world.elapsed().compareTo(end) > 0) {
        members.remove(newcomer.id());
        change.end(new UnavailableException("manager " + newcomer.nodeId() + " does not catch up"));
      } else {
        world.schedule(Duration.ofMillis(20), () -> catchUp(newcomer, change, end));
      }
    }

    @Override
    public CompletionStage<Void> remove(String id) {
      return new Change(this, change -> remove(id, change)).queue();
    }

    private void remove(String id, Change change) {
      Peer peer = members.get(id);
      if (peer == null) {
        change.end(null);
        return;
      }
      int remaining = 0;
      int reached = 0;
      for (Peer other : voters()) {
        if (other != peer) {
          remaining++;
          reached += reachable(other) != null ? 1 : 0;
        }
      }
      if (remaining == 0 || reached < quorum(remaining)) {
        change.end(
            new FailedPreconditionException(
                "without manager "
                    + peer.manager.nodeId()
                    + " there would be no quorum: "
                    + reached
                    + " of "
                    + remaining
                    + " can be reached"));
        return;
      }
      members.remove(id);
      change.end(null);
      Log gone = running.get(peer.manager.nodeId());
      if (gone == this) {
        List<Log> others = electable();
        handOver(others.get(random.nextInt(others.size())));
      }
      if (gone != null && gone.self.id().equals(id) && gone.connected()) {
        gone.stopWith(new FailedPreconditionException(REMOVED));
      }
      connectivityChanged();
    }

    @Override
    public CompletionStage<Void> transferLeadership(Optional<String> to) {
      return new Change(this, change -> transferLeadership(to, change)).queue();
    }

    private void transferLeadership(Optional<String> to, Change change) {
      Optional<Log> target =
          electable().stream()
              .filter(log -> to.isEmpty() ? log != this : log.self.id().equals(to.get()))
              .findFirst();
      change.end(
          target.isPresent()
              ? null
              : new UnavailableException("there is nobody to hand leadership to"));
      target.filter(log -> log != this).ifPresent(SimulatedLogGroup.this::handOver);
    }
  }
}
