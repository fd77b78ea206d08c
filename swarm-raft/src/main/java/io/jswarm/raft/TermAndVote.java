// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.jswarm.raft.storage.SlotFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The term, and for whom this manager voted in it: one record, durable before the methods return
 * (Raft §5.1, §5.2). A vote is never taken back within its term.
 */
final class TermAndVote {
  private static final int FORMAT = 1;

  private final SlotFile file;
  private long term;
  private @Nullable MemberId vote;

  TermAndVote(SlotFile file) throws IOException {
    this.file = file;
    byte[] stored = file.read().orElse(null);
    if (stored != null) {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored));
      int format = in.readByte();
      if (format != FORMAT) {
        throw new IOException("a vote of format " + format + "; this version knows " + FORMAT);
      }
      term = in.readLong();
      String candidate = in.readUTF();
      vote = candidate.isEmpty() ? null : MemberId.from(candidate);
    }
  }

  long term() {
    return term;
  }

  @Nullable MemberId vote() {
    return vote;
  }

  /** Moves to a later term, in which no vote was given yet; an earlier one is ignored. */
  void advance(long to) throws IOException {
    if (to > term) {
      store(to, null);
    }
  }

  /**
   * Votes.
   *
   * @throws IllegalStateException when another candidate has the vote of this term
   */
  void vote(MemberId candidate) throws IOException {
    MemberId given = vote;
    if (given != null && !given.equals(candidate)) {
      throw new IllegalStateException(
          "the vote of term " + term + " was given to " + given + " and is asked for " + candidate);
    }
    if (given == null) {
      store(term, candidate);
    }
  }

  private void store(long newTerm, @Nullable MemberId newVote) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(FORMAT);
    out.writeLong(newTerm);
    out.writeUTF(newVote == null ? "" : newVote.id());
    file.write(bytes.toByteArray());
    term = newTerm;
    vote = newVote;
  }
}
