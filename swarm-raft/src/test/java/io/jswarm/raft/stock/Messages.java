// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atomix.cluster.MemberId;
import io.atomix.primitive.operation.OperationId;
import io.atomix.primitive.operation.PrimitiveOperation;
import io.atomix.protocols.raft.ReadConsistency;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.ConfigureRequest;
import io.atomix.protocols.raft.protocol.InstallRequest;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.storage.log.entry.CommandEntry;
import io.atomix.protocols.raft.storage.log.entry.OpenSessionEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Messages and log entries that a test sends in the name of a member. */
final class Messages {
  /** The session that {@link #opening} opens when it is the log's first entry. */
  static final long SESSION = 1;

  private Messages() {}

  static AppendRequest append(
      long term,
      String leader,
      long prevIndex,
      long prevTerm,
      long commit,
      RaftLogEntry... entries) {
    return append(term, leader, prevIndex, prevTerm, commit, List.of(entries));
  }

  static AppendRequest append(
      long term,
      String leader,
      long prevIndex,
      long prevTerm,
      long commit,
      List<? extends RaftLogEntry> entries) {
    return AppendRequest.builder()
        .withTerm(term)
        .withLeader(MemberId.from(leader))
        .withPrevLogIndex(prevIndex)
        .withPrevLogTerm(prevTerm)
        .withEntries(List.copyOf(entries))
        .withCommitIndex(commit)
        .build();
  }

  static VoteRequest vote(long term, String candidate, long lastIndex, long lastTerm) {
    return VoteRequest.builder()
        .withTerm(term)
        .withCandidate(MemberId.from(candidate))
        .withLastLogIndex(lastIndex)
        .withLastLogTerm(lastTerm)
        .build();
  }

  static ConfigureRequest configure(long term, String leader, long index, String... members) {
    return ConfigureRequest.builder()
        .withTerm(term)
        .withLeader(MemberId.from(leader))
        .withIndex(index)
        .withTime(System.currentTimeMillis())
        .withMembers(members(members))
        .build();
  }

  static InstallRequest install(
      long term, String leader, long index, int chunk, byte[] data, boolean complete) {
    return InstallRequest.builder()
        .withTerm(term)
        .withLeader(MemberId.from(leader))
        .withIndex(index)
        .withTimestamp(System.currentTimeMillis())
        .withVersion(1)
        .withOffset(chunk)
        .withData(data)
        .withComplete(complete)
        .build();
  }

  static RaftMember member(String id) {
    return new DefaultRaftMember(
        MemberId.from(id), RaftMember.Type.ACTIVE, Instant.ofEpochMilli(1));
  }

  static List<RaftMember> members(String... ids) {
    List<RaftMember> members = new ArrayList<>();
    for (String id : ids) {
      members.add(member(id));
    }
    return members;
  }

  static OpenSessionEntry opening(long term) {
    return new OpenSessionEntry(
        term,
        System.currentTimeMillis(),
        "client",
        LedgerType.NAME,
        LedgerType.NAME,
        StockServer.NO_CONFIG,
        ReadConsistency.LINEARIZABLE,
        1,
        Long.MAX_VALUE);
  }

  /** A command of {@link #SESSION}. */
  static CommandEntry command(long term, long sequence, String line) {
    return new CommandEntry(term, System.currentTimeMillis(), SESSION, sequence, operation(line));
  }

  static PrimitiveOperation operation(String line) {
    return PrimitiveOperation.operation(OperationId.command("add"), line.getBytes(UTF_8));
  }

  /**
   * As many commands, of indexes and sequences from {@code first} on, each with its term and index
   * as its line.
   */
  static List<CommandEntry> commands(long term, long first, int count) {
    List<CommandEntry> entries = new ArrayList<>();
    for (long index = first; index < first + count; index++) {
      entries.add(command(term, index - SESSION, line(term, index)));
    }
    return entries;
  }

  static String line(long term, long index) {
    return term + "-" + index;
  }
}
