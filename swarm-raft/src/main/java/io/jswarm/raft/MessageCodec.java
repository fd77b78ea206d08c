// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.protocol.InstallRequest;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.protocol.VoteResponse;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests and answers between managers as bytes. Whatever does not fit makes the decoding methods
 * throw a {@link RuntimeException}, before anything is allocated for it.
 */
final class MessageCodec {
  private static final int MAX_NAME = 1_024;

  private MessageCodec() {}

  /** A question whether one may stand for election; not a vote (Raft thesis §9.6). */
  record Poll(long term, long lastIndex, long lastTerm) {
    byte[] toBytes() {
      return ByteBuffer.allocate(24).putLong(term).putLong(lastIndex).putLong(lastTerm).array();
    }

    static Poll of(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      return new Poll(in.getLong(), in.getLong(), in.getLong());
    }
  }

  /** An answer that says yes or no, and in which term. */
  record Answer(long term, boolean yes) {
    byte[] toBytes() {
      return ByteBuffer.allocate(9).putLong(term).put((byte) (yes ? 1 : 0)).array();
    }

    static Answer of(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      return new Answer(in.getLong(), in.get() != 0);
    }
  }

  static byte[] encode(VoteRequest request) {
    return new Poll(request.term(), request.lastLogIndex(), request.lastLogTerm()).toBytes();
  }

  /** The candidate is the sender; nobody asks for another. */
  static VoteRequest vote(MemberId sender, byte[] bytes) {
    Poll poll = Poll.of(bytes);
    return new VoteRequest(poll.term, sender.id(), poll.lastIndex, poll.lastTerm);
  }

  static byte[] encode(VoteResponse response) {
    return new Answer(response.term(), response.voted()).toBytes();
  }

  static VoteResponse voted(byte[] bytes) {
    Answer answer = Answer.of(bytes);
    return new VoteResponse(RaftResponse.Status.OK, null, answer.term, answer.yes);
  }

  static byte[] encode(AppendRequest request) {
    List<byte[]> payloads = new ArrayList<>(request.entries().size());
    int size = 36;
    for (RaftLogEntry entry : request.entries()) {
      byte[] payload = EntryCodec.encode(entry);
      payloads.add(payload);
      size += 12 + payload.length;
    }
    ByteBuffer out =
        ByteBuffer.allocate(size)
            .putLong(request.term())
            .putLong(request.prevLogIndex())
            .putLong(request.prevLogTerm())
            .putLong(request.commitIndex())
            .putInt(payloads.size());
    for (int i = 0; i < payloads.size(); i++) {
      byte[] payload = payloads.get(i);
      out.putLong(request.entries().get(i).term()).putInt(payload.length).put(payload);
    }
    return out.array();
  }

  /** The leader is the sender. */
  static AppendRequest append(MemberId sender, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long term = in.getLong();
    long previousIndex = in.getLong();
    long previousTerm = in.getLong();
    long commitIndex = in.getLong();
    int count = in.getInt();
    List<RaftLogEntry> entries = new ArrayList<>(Math.min(count, in.remaining() / 12));
    for (int i = 0; i < count; i++) {
      long entryTerm = in.getLong();
      entries.add(EntryCodec.decode(entryTerm, bytes(in)));
    }
    return new AppendRequest(term, sender.id(), previousIndex, previousTerm, entries, commitIndex);
  }

  static byte[] encode(AppendResponse response) {
    return ByteBuffer.allocate(17)
        .putLong(response.term())
        .put((byte) (response.succeeded() ? 1 : 0))
        .putLong(response.lastLogIndex())
        .array();
  }

  static AppendResponse appended(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new AppendResponse(
        RaftResponse.Status.OK, null, in.getLong(), in.get() != 0, in.getLong());
  }

  static byte[] encode(InstallRequest request) {
    return ByteBuffer.allocate(25 + request.data().length)
        .putLong(request.term())
        .putLong(request.snapshotIndex())
        .putInt(request.chunkOffset())
        .put((byte) (request.complete() ? 1 : 0))
        .putInt(request.data().length)
        .put(request.data())
        .array();
  }

  static InstallRequest install(MemberId sender, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long term = in.getLong();
    long index = in.getLong();
    int offset = in.getInt();
    boolean complete = in.get() != 0;
    return new InstallRequest(term, sender, index, 0, 1, offset, bytes(in), complete);
  }

  static byte[] bytes(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException(
          "a length of " + length + " where " + in.remaining() + " bytes are left");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  static byte[] name(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String name(ByteBuffer in) {
    byte[] bytes = bytes(in);
    if (bytes.length > MAX_NAME) {
      throw new IllegalArgumentException("a name of " + bytes.length + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
