// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atomix.primitive.operation.OperationType;
import io.atomix.primitive.service.BackupInput;
import io.atomix.primitive.service.BackupOutput;
import io.atomix.primitive.service.Commit;
import io.atomix.primitive.service.PrimitiveService;
import io.atomix.primitive.service.ServiceContext;
import io.atomix.primitive.session.Session;
import io.atomix.primitive.session.SessionId;
import io.atomix.utils.serializer.Serializer;
import io.atomix.utils.time.WallClockTimestamp;
import java.util.ArrayList;
import java.util.List;

/** The state machine of a stock server: keeps every command's text, answers with all of them. */
final class Ledger implements PrimitiveService {
  private final LedgerType type;
  private final List<String> lines = new ArrayList<>();

  Ledger(LedgerType type) {
    this.type = type;
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  synchronized int size() {
    return lines.size();
  }

  @Override
  public byte[] apply(Commit<byte[]> commit) {
    if (commit.operation().type() == OperationType.COMMAND) {
      String line = new String(commit.value(), UTF_8);
      type.beforeApply(line);
      synchronized (this) {
        lines.add(line);
      }
      return line.getBytes(UTF_8);
    }
    return String.join(",", lines()).getBytes(UTF_8);
  }

  @Override
  public void backup(BackupOutput output) {
    List<String> copy = lines();
    output.writeInt(copy.size());
    type.beforeBackup();
    for (String line : copy) {
      output.writeString(line);
    }
  }

  @Override
  public synchronized void restore(BackupInput input) {
    lines.clear();
    for (int left = input.readInt(); left > 0; left--) {
      lines.add(input.readString());
    }
  }

  @Override
  public Serializer serializer() {
    return Serializer.using(EntryFormat.SERVICE);
  }

  @Override
  public void init(ServiceContext context) {}

  @Override
  public void tick(WallClockTimestamp timestamp) {}

  @Override
  @SuppressWarnings("rawtypes")
  public void register(Session session) {}

  @Override
  public void expire(SessionId session) {}

  @Override
  public void close(SessionId session) {}
}
