// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.FailedPreconditionException;
import io.jswarm.IndeterminateResultException;
import io.jswarm.NotLeaderException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.NodeRole;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Raft as plain as can be, to try the rig with: it keeps its whole log in memory and in one file,
 * and takes no snapshots. It can be told to make a {@link Mistake}, which the rig then has to find.
 * All on the loop.
 */
final class PlainRaft implements ReplicatedLog, ManagerGroup {
  /** What to do wrong. */
  enum Mistake {
    NONE,
    /** Acknowledges what only the leader has. */
    ACKNOWLEDGES_EARLY,
    /** Answers a barrier without asking whether it still leads. */
    READS_UNASKED,
    /** Keeps nothing on disk. */
    FORGETS,
    /** Takes the file to end wherever it does. */
    TRUSTS_THE_TAIL
  }

  private static final long HEARTBEAT_MILLIS = 80;
  private static final int ELECTION_MILLIS = 500;
  private static final int BATCH_BYTES = 1 << 20;

  private final ReplicatedLogFactory.Settings settings;
  private final Mistake mistake;
  private final PlainFile file;
  private final RandomSource random;
  private final Manager self;
  private final PeerIdentity identity;
  private final Map<String, Peer> peers = new TreeMap<>();
  private final Map<Long, CompletableFuture<Long>> proposals = new TreeMap<>();
  private final List<Barrier> barriers = new ArrayList<>();
  private final Map<String, Boolean> votes = new HashMap<>();

  private EventLoop loop;
  private StateMachine machine;
  private LeadershipListener leadership;
  private boolean leading;
  private boolean announced;
  private boolean preVoting;
  private boolean closed;
  private boolean dirty;
  private long committed;
  private long applied;
  private long position;
  private long round;
  private long deadline;
  private long leaderSeen;
  private @Nullable Manager leader;
  private @Nullable Change change;

  private record Barrier(long term, long round, long index, CompletableFuture<Long> done) {}

  private record Change(@Nullable Manager newcomer, CompletableFuture<Void> done) {}

  private enum Kind {
    PRE_VOTE,
    VOTE,
    GRANT,
    APPEND,
    APPENDED,
    TAKE_OVER
  }

  PlainRaft(ReplicatedLogFactory.Settings settings, Mistake mistake) {
    this.settings = settings;
    this.mistake = mistake;
    this.random = settings.environment().random().split();
    this.file =
        mistake == Mistake.FORGETS
            ? PlainFile.inMemory()
            : PlainFile.open(settings.directory(), mistake != Mistake.TRUSTS_THE_TAIL);
    if (file.id().isEmpty()) {
      file.setId(
          mistake == Mistake.FORGETS ? settings.nodeId() : settings.environment().ids().next());
      if (settings.entry() == ReplicatedLogFactory.Entry.BOOTSTRAP) {
        file.setTerm(1, "");
        file.append(
            PlainFile.Item.config(
                1, List.of(new Manager(file.id(), settings.nodeId(), settings.address()))));
        file.sync();
      }
    }
    this.self = new Manager(file.id(), settings.nodeId(), settings.address());
    this.identity = new PeerIdentity(settings.nodeId(), NodeRole.MANAGER);
  }

  @Override
  public void start(Executor owner, StateMachine target, LeadershipListener listener) {
    loop = (EventLoop) owner;
    machine = target;
    leadership = listener;
    settings
        .transport()
        .listen(settings.address(), ChannelKind.RAFT, loop, channel -> new Incoming());
    loop.onTurnEnd(this::turnEnd);
    loop.execute(
        () -> {
          leadership.onFollowing(Optional.empty());
          resetDeadline();
          tick();
        });
  }

  // ---- what the owner asks for

  @Override
  public CompletionStage<Long> propose(Entry entry) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (announced) {
            file.append(PlainFile.Item.entry(file.term(), entry));
            proposals.put(file.lastIndex(), done);
            dirty = true;
          } else {
            done.completeExceptionally(notLeader());
          }
        });
    return done;
  }

  private NotLeaderException notLeader() {
    Manager known = leader;
    return new NotLeaderException(
        self.nodeId() + " does not lead", known == null ? null : known.address());
  }

  @Override
  public CompletionStage<Long> barrier() {
    CompletableFuture<Long> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (!announced) {
            done.completeExceptionally(notLeader());
          } else if (mistake == Mistake.READS_UNASKED) {
            done.complete(position);
          } else {
            barriers.add(new Barrier(file.term(), ++round, committed, done));
            dirty = true;
          }
        });
    return done;
  }

  @Override
  public int maxEntryBytes() {
    return 2 << 20;
  }

  @Override
  public Optional<ManagerGroup> group() {
    return Optional.of(this);
  }

  @Override
  public void close() {
    loop.execute(() -> closed = true);
  }

  @Override
  public Manager self() {
    return self;
  }

  @Override
  public List<Member> members() {
    return file.members().stream()
        .map(manager -> new Member(manager, true, manager.equals(leader), true))
        .toList();
  }

  @Override
  public Optional<Manager> leader() {
    return Optional.ofNullable(leader);
  }

  @Override
  public CompletionStage<Void> add(Manager newcomer) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (maychange(done)) {
            change = new Change(newcomer, done);
            peers.put(newcomer.id(), new Peer(newcomer));
            dirty = true;
          }
        });
    return done;
  }

  @Override
  public CompletionStage<Void> remove(String id) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (maychange(done)) {
            List<Manager> rest = new ArrayList<>(file.members());
            rest.removeIf(manager -> manager.id().equals(id));
            if (rest.isEmpty()) {
              done.completeExceptionally(new FailedPreconditionException("it is the last one"));
            } else {
              change = new Change(null, done);
              file.append(PlainFile.Item.config(file.term(), rest));
              dirty = true;
            }
          }
        });
    return done;
  }

  private boolean maychange(CompletableFuture<Void> done) {
    if (!announced) {
      done.completeExceptionally(notLeader());
    } else if (change != null) {
      done.completeExceptionally(new UnavailableException("another change is under way"));
    }
    return !done.isDone();
  }

  @Override
  public CompletionStage<Void> transferLeadership(Optional<String> to) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (!announced) {
            done.completeExceptionally(notLeader());
            return;
          }
          peers.values().stream()
              .filter(peer -> to.map(peer.manager.id()::equals).orElse(true))
              .filter(peer -> isMember(peer.manager.id()))
              .max((one, other) -> Long.compare(one.match, other.match))
              .ifPresent(peer -> peer.send(Kind.TAKE_OVER, out -> {}));
          done.complete(null);
        });
    return done;
  }

  // ---- time

  private void tick() {
    if (closed) {
      return;
    }
    long now = loop.nanoTime();
    if (leading) {
      peers.values().forEach(peer -> peer.append(true));
    } else if (now - deadline >= 0 && isMember(self.id())) {
      campaign(true);
    }
    loop.schedule(Duration.ofMillis(leading ? HEARTBEAT_MILLIS : 10), this::tick);
  }

  private void resetDeadline() {
    deadline =
        loop.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(ELECTION_MILLIS + random.nextInt(ELECTION_MILLIS));
  }

  private boolean isMember(String id) {
    return file.members().stream().anyMatch(manager -> manager.id().equals(id));
  }

  /** Everything asked for in this turn goes to disk, and to the others, together. */
  private void turnEnd() {
    if (!dirty || closed) {
      return;
    }
    dirty = false;
    if (leading) {
      file.sync();
      advance();
      peers.values().forEach(peer -> peer.append(false));
    }
  }

  // ---- elections

  private void campaign(boolean pre) {
    resetDeadline();
    becomeFollower(file.term(), null);
    preVoting = pre;
    votes.clear();
    if (!pre) {
      file.setTerm(file.term() + 1, self.id());
      file.sync();
    }
    votes.put(self.id(), true);
    long term = pre ? file.term() + 1 : file.term();
    for (Peer peer : currentPeers()) {
      peer.send(
          pre ? Kind.PRE_VOTE : Kind.VOTE,
          out -> {
            out.writeLong(term);
            out.writeLong(file.lastIndex());
            out.writeLong(file.termAt(file.lastIndex()));
          });
    }
    count();
  }

  private List<Peer> currentPeers() {
    Change going = change;
    for (Manager manager : file.members()) {
      if (!manager.id().equals(self.id())) {
        peers.computeIfAbsent(manager.id(), id -> new Peer(manager));
      }
    }
    peers
        .values()
        .removeIf(
            peer -> {
              boolean stays =
                  isMember(peer.manager.id())
                      || (going != null && peer.manager.equals(going.newcomer()));
              if (!stays) {
                peer.close();
              }
              return !stays;
            });
    return List.copyOf(peers.values());
  }

  private void count() {
    long granted =
        file.members().stream().filter(manager -> votes.containsKey(manager.id())).count();
    if (leading || granted * 2 <= file.members().size()) {
      return;
    }
    if (preVoting) {
      campaign(false);
      return;
    }
    leading = true;
    leader = self;
    for (Peer peer : currentPeers()) {
      peer.next = file.lastIndex() + 1;
      peer.match = 0;
      peer.waiting = false;
    }
    file.append(PlainFile.Item.nothing(file.term()));
    dirty = true;
  }

  private void becomeFollower(long term, @Nullable Manager whom) {
    if (term > file.term()) {
      file.setTerm(term, "");
      file.sync();
    }
    boolean led = leading;
    leading = false;
    announced = false;
    if (led) {
      proposals
          .values()
          .forEach(
              done ->
                  done.completeExceptionally(new IndeterminateResultException("lost the lead")));
      proposals.clear();
      barriers.forEach(barrier -> barrier.done().completeExceptionally(notLeader()));
      barriers.clear();
      Change going = change;
      change = null;
      if (going != null) {
        going.done().completeExceptionally(new IndeterminateResultException("lost the lead"));
      }
      resetDeadline();
    }
    if (led || (whom != null && !whom.equals(leader))) {
      leader = whom;
      leadership.onFollowing(Optional.ofNullable(whom).map(Manager::address));
    }
  }

  // ---- agreeing

  private void advance() {
    List<Long> matches = new ArrayList<>();
    for (Manager manager : file.members()) {
      Peer peer = peers.get(manager.id());
      matches.add(
          manager.id().equals(self.id()) ? file.lastIndex() : peer == null ? 0 : peer.match);
    }
    matches.sort(null);
    long agreed =
        mistake == Mistake.ACKNOWLEDGES_EARLY && announced
            ? file.lastIndex()
            : matches.get((matches.size() - 1) / 2);
    if (agreed > committed && file.termAt(agreed) == file.term()) {
      committed = agreed;
    }
    applyAll();
    answerBarriers();
    promote();
  }

  private void applyAll() {
    while (applied < committed) {
      PlainFile.Item next = file.at(++applied);
      switch (next.kind()) {
        case ENTRY -> {
          machine.apply(++position, next.entry(machine));
          CompletableFuture<Long> done = proposals.remove(applied);
          if (done != null) {
            done.complete(position);
          }
        }
        case CONFIG -> configured();
        case NOTHING -> {
          if (leading && !announced && next.term() == file.term()) {
            announced = true;
            leadership.onLeading(file.term());
          }
        }
      }
    }
  }

  private void configured() {
    Change going = change;
    if (leading && going != null && applied == file.configIndex()) {
      change = null;
      going.done().complete(null);
      if (!isMember(self.id())) {
        becomeFollower(file.term(), null);
      }
    }
  }

  private void answerBarriers() {
    for (Barrier barrier : List.copyOf(barriers)) {
      long confirmed =
          file.members().stream()
              .filter(
                  manager -> {
                    Peer peer = peers.get(manager.id());
                    return manager.id().equals(self.id())
                        || (peer != null && peer.round >= barrier.round());
                  })
              .count();
      if (leading
          && barrier.term() == file.term()
          && confirmed * 2 > file.members().size()
          && applied >= barrier.index()) {
        barriers.remove(barrier);
        barrier.done().complete(position);
      }
    }
  }

  /** Makes a newcomer a voter once it has nearly all. */
  private void promote() {
    Change going = change;
    Manager newcomer = going == null ? null : going.newcomer();
    Peer peer = newcomer == null ? null : peers.get(newcomer.id());
    if (peer != null && !isMember(newcomer.id()) && peer.match + 100 > file.lastIndex()) {
      List<Manager> more = new ArrayList<>(file.members());
      more.add(newcomer);
      file.append(PlainFile.Item.config(file.term(), more));
      dirty = true;
    }
  }

  // ---- messages

  private final class Incoming implements Receiver {
    private String from = "";

    @Override
    public void onMessage(Message message) {
      if (closed) {
        return;
      }
      try {
        DataInputStream in =
            new DataInputStream(new ByteArrayInputStream(((RawMessage) message).bytes()));
        Kind kind = Kind.values()[in.readByte()];
        Manager sender = new Manager(in.readUTF(), in.readUTF(), in.readUTF());
        from = sender.id();
        Peer peer = peers.computeIfAbsent(sender.id(), id -> new Peer(sender));
        switch (kind) {
          case PRE_VOTE, VOTE -> vote(peer, kind, in);
          case GRANT -> granted(sender, in);
          case APPEND -> append(peer, in);
          case APPENDED -> appended(peer, in);
          case TAKE_OVER -> campaign(false);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void onClosed(String reason) {
      Manager followed = leader;
      if (!leading && followed != null && followed.id().equals(from)) {
        leaderSeen = 0;
        deadline = loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20 + random.nextInt(150));
      }
    }
  }

  private void vote(Peer peer, Kind kind, DataInputStream in) throws IOException {
    long term = in.readLong();
    long index = in.readLong();
    long lastTerm = in.readLong();
    long ownTerm = file.termAt(file.lastIndex());
    boolean newer = lastTerm > ownTerm || (lastTerm == ownTerm && index >= file.lastIndex());
    boolean happy =
        kind == Kind.PRE_VOTE
            && (leading
                || (leaderSeen != 0
                    && loop.nanoTime() - leaderSeen
                        < TimeUnit.MILLISECONDS.toNanos(ELECTION_MILLIS)));
    boolean grant;
    if (kind == Kind.PRE_VOTE) {
      grant = newer && !happy && term > file.term();
    } else {
      if (term > file.term()) {
        becomeFollower(term, null);
      }
      grant =
          newer
              && term == file.term()
              && !leading
              && (file.vote().isEmpty() || file.vote().equals(peer.manager.id()));
      if (grant) {
        file.setTerm(term, peer.manager.id());
        file.sync();
        resetDeadline();
      }
    }
    peer.send(
        Kind.GRANT,
        out -> {
          out.writeLong(term);
          out.writeLong(file.term());
          out.writeBoolean(grant);
          out.writeBoolean(kind == Kind.PRE_VOTE);
        });
  }

  private void granted(Manager voter, DataInputStream in) throws IOException {
    long term = in.readLong();
    long current = in.readLong();
    boolean grant = in.readBoolean();
    boolean pre = in.readBoolean();
    if (current > file.term()) {
      becomeFollower(current, null);
    } else if (grant && pre == preVoting && term == file.term() + (pre ? 1 : 0)) {
      votes.put(voter.id(), true);
      count();
    }
  }

  private void append(Peer peer, DataInputStream in) throws IOException {
    long term = in.readLong();
    long previous = in.readLong();
    long previousTerm = in.readLong();
    long theirCommitted = in.readLong();
    long theirRound = in.readLong();
    int count = in.readInt();
    if (term < file.term()) {
      answer(peer, false, 0, theirRound);
      return;
    }
    becomeFollower(term, peer.manager);
    leaderSeen = loop.nanoTime();
    resetDeadline();
    if (previous > file.lastIndex() || file.termAt(previous) != previousTerm) {
      answer(peer, false, Math.min(file.lastIndex(), previous - 1), theirRound);
      return;
    }
    long index = previous;
    for (int i = 0; i < count; i++) {
      PlainFile.Item record = PlainFile.Item.read(in);
      index++;
      if (index <= file.lastIndex() && file.termAt(index) != record.term()) {
        file.truncate(index);
      }
      if (index > file.lastIndex()) {
        file.append(record);
      }
    }
    if (count > 0) {
      file.sync();
    }
    committed = Math.max(committed, Math.min(theirCommitted, index));
    applyAll();
    answer(peer, true, index, theirRound);
  }

  private void answer(Peer peer, boolean success, long index, long theirRound) {
    peer.send(
        Kind.APPENDED,
        out -> {
          out.writeLong(file.term());
          out.writeBoolean(success);
          out.writeLong(index);
          out.writeLong(theirRound);
        });
  }

  private void appended(Peer peer, DataInputStream in) throws IOException {
    long term = in.readLong();
    boolean success = in.readBoolean();
    long index = in.readLong();
    long confirmedRound = in.readLong();
    if (term > file.term()) {
      becomeFollower(term, null);
      return;
    }
    if (!leading || term < file.term()) {
      return;
    }
    peer.waiting = false;
    peer.round = Math.max(peer.round, confirmedRound);
    if (success) {
      peer.match = Math.max(peer.match, index);
      peer.next = peer.match + 1;
    } else {
      peer.next = Math.max(1, index + 1);
    }
    advance();
    if (peer.next <= file.lastIndex() || peer.round < round) {
      peer.append(false);
    }
  }

  @FunctionalInterface
  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  /** Another manager, and the connection to it. */
  private final class Peer implements Receiver {
    private final Manager manager;
    private @Nullable Channel channel;
    private long next = 1;
    private long match;
    private long round;
    private boolean waiting;

    Peer(Manager manager) {
      this.manager = manager;
    }

    void append(boolean anyway) {
      if (!leading || (waiting && !anyway)) {
        return;
      }
      waiting = true;
      next = Math.min(next, file.lastIndex() + 1);
      long previous = next - 1;
      List<PlainFile.Item> records = new ArrayList<>();
      int bytes = 0;
      for (long index = next; index <= file.lastIndex() && bytes < BATCH_BYTES; index++) {
        PlainFile.Item record = file.at(index);
        records.add(record);
        bytes += record.size();
      }
      send(
          Kind.APPEND,
          out -> {
            out.writeLong(file.term());
            out.writeLong(previous);
            out.writeLong(file.termAt(previous));
            out.writeLong(committed);
            out.writeLong(PlainRaft.this.round);
            out.writeInt(records.size());
            for (PlainFile.Item record : records) {
              record.write(out);
            }
          });
    }

    void send(Kind kind, Body body) {
      Channel to = channel;
      if (to == null) {
        to =
            settings.transport().connect(manager.address(), ChannelKind.RAFT, identity, loop, this);
        channel = to;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeByte(kind.ordinal());
        out.writeUTF(self.id());
        out.writeUTF(self.nodeId());
        out.writeUTF(self.address());
        body.write(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      to.send(new RawMessage(bytes.toByteArray()));
    }

    void close() {
      Channel open = channel;
      if (open != null) {
        open.close();
      }
      channel = null;
    }

    @Override
    public void onMessage(Message message) {}

    @Override
    public void onClosed(String reason) {
      channel = null;
      waiting = false;
    }
  }
}
