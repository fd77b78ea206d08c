// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.primitive.PrimitiveBuilder;
import io.atomix.primitive.PrimitiveId;
import io.atomix.primitive.PrimitiveManagementService;
import io.atomix.primitive.PrimitiveType;
import io.atomix.primitive.config.PrimitiveConfig;
import io.atomix.primitive.service.BackupInput;
import io.atomix.primitive.service.BackupOutput;
import io.atomix.primitive.service.Commit;
import io.atomix.primitive.service.PrimitiveService;
import io.atomix.primitive.service.ServiceConfig;
import io.atomix.primitive.service.ServiceContext;
import io.atomix.primitive.session.Session;
import io.atomix.primitive.session.SessionId;
import io.atomix.protocols.raft.ReadConsistency;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.protocol.CommandRequest;
import io.atomix.protocols.raft.service.RaftServiceContext;
import io.atomix.protocols.raft.session.RaftSession;
import io.atomix.utils.concurrent.ThreadContextFactory;
import io.atomix.utils.serializer.Namespace;
import io.atomix.utils.serializer.Serializer;
import io.atomix.utils.time.WallClockTimestamp;

/**
 * The session that the leader's own commands belong to, because Atomix's leader takes no command
 * without one. It is not in the log and knows nothing: commands are numbered from one for each
 * leadership, and their results are known to {@link Proposals}.
 */
final class LocalSession extends RaftSession {
  static final long ID = 1;

  private static final String NAME = "log";

  LocalSession(RaftContext raft, ThreadContextFactory threads) {
    super(
        SessionId.from(ID),
        raft.localMemberId(),
        NAME,
        new NoType(),
        ReadConsistency.LINEARIZABLE,
        1,
        Long.MAX_VALUE,
        0,
        NoService.NONE,
        new RaftServiceContext(
            PrimitiveId.from(ID),
            NAME,
            new NoType(),
            new ServiceConfig(),
            new NoService(),
            raft,
            threads),
        raft,
        threads);
  }

  /** The next command. */
  CommandRequest request(byte[] command) {
    return CommandRequest.builder()
        .withSession(ID)
        .withSequence(nextRequestSequence())
        .withOperation(EntryCodec.operation(command))
        .build();
  }

  /** Nothing was applied before, whatever its number. */
  @Override
  public long getCommandSequence() {
    return 0;
  }

  @SuppressWarnings("rawtypes")
  private static final class NoType implements PrimitiveType {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public PrimitiveConfig newConfig() {
      throw new UnsupportedOperationException();
    }

    @Override
    public PrimitiveBuilder newBuilder(
        String name, PrimitiveConfig config, PrimitiveManagementService management) {
      throw new UnsupportedOperationException();
    }

    @Override
    public PrimitiveService newService(ServiceConfig config) {
      throw new UnsupportedOperationException();
    }
  }

  @SuppressWarnings("rawtypes")
  private static final class NoService implements PrimitiveService {
    static final Serializer NONE = Serializer.using(Namespace.builder().nextId(900).build());

    @Override
    public void init(ServiceContext context) {}

    @Override
    public void tick(WallClockTimestamp time) {}

    @Override
    public Serializer serializer() {
      return NONE;
    }

    @Override
    public void backup(BackupOutput output) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void restore(BackupInput input) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] apply(Commit<byte[]> commit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void register(Session session) {}

    @Override
    public void expire(SessionId session) {}

    @Override
    public void close(SessionId session) {}
  }
}
