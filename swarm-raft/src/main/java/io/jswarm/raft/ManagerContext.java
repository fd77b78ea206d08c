// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.atomix.cluster.MemberId;
import io.atomix.primitive.PrimitiveType;
import io.atomix.primitive.PrimitiveTypeRegistry;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.cluster.impl.RaftClusterContext;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.protocol.RaftServerProtocol;
import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.log.RaftLog;
import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.protocols.raft.storage.snapshot.SnapshotStore;
import io.atomix.protocols.raft.storage.system.Configuration;
import io.atomix.protocols.raft.storage.system.MetaStore;
import io.atomix.storage.StorageLevel;
import io.atomix.storage.journal.SegmentedJournal;
import io.atomix.utils.concurrent.ThreadContext;
import io.atomix.utils.serializer.Namespace;
import io.atomix.utils.serializer.Serializer;
import io.jswarm.raft.storage.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What Atomix's roles (follower, candidate, leader) work on. They are used as they are; everything
 * they read and write goes through the methods overridden here: the log, term and vote,
 * configuration, snapshots, thread and timers are ours, because Atomix's own lose or forge data
 * (docs/raft-hazards.md). What the superclass opens for itself is closed again before anything is
 * written to it.
 *
 * <p>Raft loop only, but for {@link #localMemberId()}.
 */
final class ManagerContext extends RaftContext {
  private static final Namespace NOTHING = Namespace.builder().nextId(700).build();

  private final @Nullable ThreadContext thread;
  private final @Nullable JournalLog log;
  private final MemberId self;
  private final TermAndVote terms;
  private final Configurations configurations;
  private final JournalReader reader;
  private final ConfigurationStore meta;
  private final SnapshotBridge snapshots;
  private final AppliedEntries applied;
  private final Events events;
  private RaftClusterContext members;
  private @Nullable MemberId leader;
  private long commitIndex;

  /** What the context tells, on the Raft loop. */
  interface Events {
    /** Another leader is known, or none. */
    void onLeader(@Nullable MemberId leader);

    /** More is committed. */
    void onCommitted(long index);

    /** Nothing more can be trusted to be on disk. */
    void onStorageFailure(Exception cause);
  }

  private ManagerContext(
      MemberId self,
      RaftServerProtocol protocol,
      RaftStorage unusedStorage,
      SegmentedJournal<RaftLogEntry> unusedJournal,
      ThreadContext thread,
      Journal journal,
      TermAndVote terms,
      Configurations configurations,
      Events events) {
    super(
        "manager-" + ManagerId.of(self).id(),
        self,
        new LocalMembership(self),
        protocol,
        unusedStorage,
        new NoTypes(),
        () -> thread,
        false);
    super.close();
    this.self = self;
    this.thread = thread;
    this.terms = terms;
    this.configurations = configurations;
    this.events = events;
    this.log = new JournalLog(unusedJournal, journal, configurations);
    this.reader = log.openReader(1);
    this.meta = new ConfigurationStore(unusedStorage, configurations);
    this.snapshots = new SnapshotBridge(unusedStorage, this);
    this.applied = new AppliedEntries(this, thread);
    this.members = new RaftClusterContext(self, this);
    setElectionTimeout(LoopThreadContext.NEVER);
    setHeartbeatInterval(LoopThreadContext.NEVER);
    getSessions().addSession(new LocalSession(this, () -> thread));
  }

  /** Makes a context; the scratch files that Atomix insists on are gone when this returns. */
  static ManagerContext create(
      MemberId self,
      RaftServerProtocol protocol,
      ThreadContext thread,
      Journal journal,
      TermAndVote terms,
      Configurations configurations,
      Events events)
      throws IOException {
    Path scratch = Files.createTempDirectory("jswarm-raft");
    try (SegmentedJournal<RaftLogEntry> unused = unusedJournal(scratch)) {
      return new ManagerContext(
          self,
          protocol,
          unusedStorage(scratch),
          unused,
          thread,
          journal,
          terms,
          configurations,
          events);
    } finally {
      MoreFiles.deleteRecursively(scratch, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static RaftStorage unusedStorage(Path scratch) {
    return RaftStorage.builder()
        .withPrefix("unused")
        .withDirectory(scratch.toFile())
        .withNamespace(NOTHING)
        .withStorageLevel(StorageLevel.DISK)
        .withMaxSegmentSize(1 << 16)
        .withMaxEntrySize(1 << 10)
        .build();
  }

  private static SegmentedJournal<RaftLogEntry> unusedJournal(Path scratch) {
    return SegmentedJournal.<RaftLogEntry>builder()
        .withName("unused")
        .withDirectory(scratch.resolve("journal").toFile())
        .withNamespace(NOTHING)
        .withStorageLevel(StorageLevel.DISK)
        .withMaxSegmentSize(1 << 16)
        .withMaxEntrySize(1 << 10)
        .build();
  }

  @Override
  public MemberId localMemberId() {
    return self;
  }

  AppliedEntries applied() {
    return applied;
  }

  SnapshotBridge snapshotBridge() {
    return snapshots;
  }

  LocalSession session() {
    return (LocalSession) getSessions().getSession(LocalSession.ID);
  }

  /**
   * Brings the configuration in force in line with the log: entries that came, and entries that
   * were truncated (hazard 10).
   */
  void reconcileConfiguration() {
    Configuration inLog = configurations.current();
    long inForce = members.getConfiguration().index();
    if (inLog.index() > inForce) {
      members.configure(inLog);
    } else if (inLog.index() < inForce) {
      members = new RaftClusterContext(self, this);
    }
  }

  @Override
  public ThreadContext getThreadContext() {
    return thread == null ? super.getThreadContext() : thread;
  }

  @Override
  public void checkThread() {
    getThreadContext().checkThread();
  }

  @Override
  public RaftLog getLog() {
    return log == null ? super.getLog() : log;
  }

  @Override
  public RaftLogWriter getLogWriter() {
    return log == null ? super.getLogWriter() : log.writer();
  }

  @Override
  public RaftLogReader getLogReader() {
    return log == null ? super.getLogReader() : reader;
  }

  @Override
  public SnapshotStore getSnapshotStore() {
    return log == null ? super.getSnapshotStore() : snapshots;
  }

  @Override
  public MetaStore getMetaStore() {
    return log == null ? super.getMetaStore() : meta;
  }

  @Override
  public RaftServiceManager getServiceManager() {
    return log == null ? super.getServiceManager() : applied;
  }

  @Override
  public RaftClusterContext getCluster() {
    return log == null ? super.getCluster() : members;
  }

  @Override
  public long getTerm() {
    return terms.term();
  }

  @Override
  public void setTerm(long term) {
    if (term > terms.term()) {
      try {
        terms.advance(term);
      } catch (IOException e) {
        throw stopped(e);
      }
      lead(null);
    }
  }

  @Override
  public @Nullable MemberId getLastVotedFor() {
    return terms.vote();
  }

  @Override
  public void setLastVotedFor(MemberId candidate) {
    try {
      terms.vote(candidate);
    } catch (IOException e) {
      throw stopped(e);
    }
  }

  private UncheckedIOException stopped(IOException cause) {
    events.onStorageFailure(cause);
    return new UncheckedIOException("term and vote cannot be stored", cause);
  }

  /** Unlike the superclass's, leaves the vote alone (hazard 2). */
  @Override
  public void setLeader(@Nullable MemberId newLeader) {
    lead(newLeader);
  }

  private void lead(@Nullable MemberId newLeader) {
    if (newLeader == null ? leader != null : !newLeader.equals(leader)) {
      leader = newLeader;
      events.onLeader(newLeader);
    }
  }

  @Override
  public @Nullable DefaultRaftMember getLeader() {
    MemberId known = leader;
    return known == null ? null : members.getMember(known);
  }

  @Nullable MemberId leaderId() {
    return leader;
  }

  @Override
  public boolean isLeader() {
    return self.equals(leader);
  }

  boolean hasRole(RaftServer.Role role) {
    return getRole() == role;
  }

  @Override
  public long setCommitIndex(long index) {
    long before = commitIndex;
    if (index > before) {
      commitIndex = index;
      getLogWriter().commit(index);
      long configuration = members.getConfiguration().index();
      if (configuration > before && configuration <= index) {
        members.commit();
      }
      events.onCommitted(index);
    }
    return before;
  }

  @Override
  public long getCommitIndex() {
    return commitIndex;
  }

  /** Elections do not wait for the state machine; what waits for it is {@link Applier}'s. */
  @Override
  public void setFirstCommitIndex(long index) {}

  @Override
  public long getFirstCommitIndex() {
    return 0;
  }

  @Override
  public State getState() {
    return State.READY;
  }

  @Override
  public CompletableFuture<Void> compact() {
    return applied.compact();
  }

  @Override
  public CompletableFuture<Void> anoint() {
    throw new UnsupportedOperationException("leadership is transferred by LeadershipTransfer");
  }

  @Override
  public void close() {
    members.close();
  }

  /** Configurations are in the log; this is where Atomix looks for them. */
  private static final class ConfigurationStore extends MetaStore {
    private final Configurations configurations;

    ConfigurationStore(RaftStorage unused, Configurations configurations) {
      super(unused, Serializer.using(NOTHING));
      super.close();
      this.configurations = configurations;
    }

    @Override
    public synchronized void storeConfiguration(Configuration configuration) {}

    @Override
    public synchronized Configuration loadConfiguration() {
      return configurations.current();
    }

    @Override
    public synchronized void storeTerm(long term) {
      throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void storeVote(MemberId vote) {
      throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void close() {}
  }

  @SuppressWarnings("rawtypes")
  private static final class NoTypes implements PrimitiveTypeRegistry {
    @Override
    public Collection<PrimitiveType> getPrimitiveTypes() {
      return List.of();
    }

    @Override
    public PrimitiveType getPrimitiveType(String name) {
      throw new UnsupportedOperationException("no primitives here: " + name);
    }
  }
}
