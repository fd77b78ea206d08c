// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.storage.log.entry.ConfigurationEntry;
import io.atomix.protocols.raft.storage.system.Configuration;
import io.jswarm.FailedPreconditionException;
import io.jswarm.loop.RandomSource;
import io.jswarm.raft.storage.Disk;
import io.jswarm.raft.storage.Journal;
import io.jswarm.raft.storage.Seal;
import io.jswarm.raft.storage.SlotFile;
import io.jswarm.raft.storage.SnapshotFiles;
import io.jswarm.raft.storage.StoredSnapshot;
import io.jswarm.spi.ManagerGroup.Manager;
import io.jswarm.spi.ReplicatedLogFactory.Entry;
import io.jswarm.spi.ReplicatedLogFactory.Settings;
import io.jswarm.spi.UntrustedLogException;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** All that a manager has on its disk, opened together. Closed on the Raft loop. */
final class Storage {
  private final SlotFile identityFile;
  private final SlotFile termFile;
  private final SnapshotFiles snapshots;
  private final Journal journal;
  private final TermAndVote terms;
  private final Configurations configurations;
  private final @Nullable SnapshotHeader header;
  private Identity identity;

  /**
   * Opens what is there, or makes a new manager's files.
   *
   * @throws io.jswarm.spi.UntrustedLogException when what is there is damaged
   */
  Storage(
      Settings settings,
      RaftSettings raft,
      Disk disk,
      Seal seal,
      RandomSource random,
      Executor io,
      Executor loop,
      Journal.Listener listener)
      throws IOException {
    identityFile = SlotFile.open(disk, "identity");
    termFile = SlotFile.open(disk, "term");
    Optional<Identity> known = Identity.readFrom(identityFile);
    if (known.isEmpty()) {
      requireEmpty(disk);
    }
    identity = known.isPresent() ? known.get() : create(settings, random);
    requireSameAddress(settings);
    terms = new TermAndVote(termFile);
    snapshots = SnapshotFiles.open(disk, seal);
    StoredSnapshot snapshot = snapshots.current().orElse(null);
    header = snapshot == null ? null : header(snapshot);
    journal =
        Journal.open(
            disk,
            seal,
            new Journal.Settings(raft.segmentBytes(), Journal.Settings.defaults().cacheBytes()),
            io,
            loop,
            listener);
    requireWhole(snapshot);
    configurations = new Configurations(initial());
    if (snapshot != null) {
      continueAfter(snapshot);
    }
    readConfigurations();
    if (settings.entry() == Entry.FORCE_NEW_CLUSTER) {
      forceNewCluster(random);
    }
  }

  /** Who lost the file that says who he is must not begin anew beside what he had. */
  private static void requireEmpty(Disk disk) throws IOException {
    for (String name : disk.list()) {
      if (name.startsWith("log-") || name.startsWith("snapshot-")) {
        throw new UntrustedLogException("the file identity is missing or empty beside " + name);
      }
    }
  }

  /** The files have to fit together, else one of them is missing. */
  private void requireWhole(@Nullable StoredSnapshot snapshot) {
    long first = journal.boundaryIndex();
    if (first > 0 && (snapshot == null || snapshot.index() < first)) {
      throw new UntrustedLogException(
          "the log begins after entry " + first + ", and there is no snapshot of what was before");
    }
    if (journal.lastIndex() > 0 && terms.term() == 0) {
      throw new UntrustedLogException("the file term is missing or empty beside a log");
    }
  }

  private Identity create(Settings settings, RandomSource random) throws IOException {
    if (settings.entry() == Entry.FORCE_NEW_CLUSTER) {
      throw new FailedPreconditionException(
          "a new cluster cannot be forced from "
              + settings.directory()
              + ": there is no manager's state in it");
    }
    boolean bootstrap = settings.entry() == Entry.BOOTSTRAP;
    Manager manager =
        new Manager(settings.environment().ids().next(), settings.nodeId(), settings.address());
    Identity created = new Identity(manager, bootstrap ? newCluster(random) : 0, bootstrap);
    created.writeTo(identityFile);
    return created;
  }

  private static long newCluster(RandomSource random) {
    return random.nextLong() | 1;
  }

  private void requireSameAddress(Settings settings) {
    Manager manager = identity.manager();
    if (!manager.address().equals(settings.address())
        || !manager.nodeId().equals(settings.nodeId())) {
      throw new FailedPreconditionException(
          "the state in "
              + settings.directory()
              + " is that of the manager on node "
              + manager.nodeId()
              + " at "
              + manager.address()
              + "; one that moves is removed from the cluster and joins anew");
    }
  }

  private static SnapshotHeader header(StoredSnapshot snapshot) throws IOException {
    try (DataInputStream in = new DataInputStream(snapshot.open())) {
      return SnapshotHeader.readFrom(in);
    }
  }

  private Configuration initial() {
    Instant time = Instant.ofEpochMilli(1);
    List<RaftMember> members =
        identity.bootstrapped()
            ? List.of(
                new DefaultRaftMember(
                    ManagerId.toMember(identity.manager()), RaftMember.Type.ACTIVE, time))
            : List.of();
    return new Configuration(0, 0, time.toEpochMilli(), members);
  }

  /** A crash may have come between a snapshot of the leader and the log that goes with it. */
  private void continueAfter(StoredSnapshot snapshot) {
    boolean fits =
        journal.boundaryIndex() <= snapshot.index()
            && journal.lastIndex() >= snapshot.index()
            && journal.termAt(snapshot.index()) == snapshot.term();
    if (!fits) {
      journal.reset(snapshot.index(), snapshot.term());
    }
    if (header != null) {
      configurations.reset(header.configuration());
    }
  }

  private void readConfigurations() {
    for (long index = journal.firstIndex(); index <= journal.lastIndex(); index++) {
      Journal.Entry entry = journal.read(index);
      if (EntryCodec.isConfiguration(entry.payload())) {
        configurations.appended(EntryCodec.configuration(index, entry.term(), entry.payload()));
      }
    }
  }

  /**
   * This manager goes on alone with all it has. The others belong to another cluster from now on:
   * should they come back, they are refused.
   */
  private void forceNewCluster(RandomSource random) throws IOException {
    identity = identity.withCluster(newCluster(random));
    identity.writeTo(identityFile);
    terms.advance(terms.term() + 1);
    RaftMember self =
        new DefaultRaftMember(
            ManagerId.toMember(identity.manager()),
            RaftMember.Type.ACTIVE,
            Instant.ofEpochMilli(1));
    byte[] payload = EntryCodec.encode(new ConfigurationEntry(terms.term(), 1, List.of(self)));
    long index = journal.append(terms.term(), payload);
    configurations.appended(EntryCodec.configuration(index, terms.term(), payload));
  }

  Identity identity() {
    return identity;
  }

  /** A joining manager has learnt which cluster it joins. */
  void joined(long cluster) throws IOException {
    identity = identity.withCluster(cluster);
    identity.writeTo(identityFile);
  }

  TermAndVote terms() {
    return terms;
  }

  Journal journal() {
    return journal;
  }

  SnapshotFiles snapshots() {
    return snapshots;
  }

  Configurations configurations() {
    return configurations;
  }

  /** Of the snapshot that was there. */
  @Nullable SnapshotHeader header() {
    return header;
  }

  /** Completes, on some thread, when all files are closed. */
  CompletionStage<?> close() throws IOException {
    snapshots.close();
    termFile.close();
    identityFile.close();
    journal.close();
    return journal.closed();
  }
}
