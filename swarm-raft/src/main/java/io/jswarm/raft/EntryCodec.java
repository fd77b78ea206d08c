// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.primitive.operation.OperationId;
import io.atomix.primitive.operation.PrimitiveOperation;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.storage.log.entry.CommandEntry;
import io.atomix.protocols.raft.storage.log.entry.ConfigurationEntry;
import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.protocols.raft.storage.system.Configuration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Entries of the log as bytes, on disk and on the wire. The term is not part of them; whoever keeps
 * them keeps it beside. Only the three kinds of entry that occur here are known: there are no
 * sessions of clients in the log.
 */
final class EntryCodec {
  private static final byte COMMAND = 1;
  private static final byte INITIALIZE = 2;
  private static final byte CONFIGURATION = 3;

  /** Type and time. */
  static final int HEADER = 9;

  private static final int MAX_MEMBERS = 1_000;
  private static final OperationId OPERATION = OperationId.command("entries");

  private EntryCodec() {}

  static PrimitiveOperation operation(byte[] command) {
    return PrimitiveOperation.operation(OPERATION, command);
  }

  static byte[] encode(RaftLogEntry entry) {
    if (entry instanceof CommandEntry command) {
      byte[] value = command.operation().value();
      return ByteBuffer.allocate(HEADER + value.length)
          .put(COMMAND)
          .putLong(command.timestamp())
          .put(value)
          .array();
    }
    if (entry instanceof InitializeEntry initialize) {
      return ByteBuffer.allocate(HEADER).put(INITIALIZE).putLong(initialize.timestamp()).array();
    }
    if (entry instanceof ConfigurationEntry configuration) {
      byte[] members = encodeMembers(configuration.members());
      return ByteBuffer.allocate(HEADER + members.length)
          .put(CONFIGURATION)
          .putLong(configuration.timestamp())
          .put(members)
          .array();
    }
    throw new IllegalArgumentException("no such entry here: " + entry);
  }

  static RaftLogEntry decode(long term, byte[] payload) {
    if (payload.length < HEADER) {
      throw new IllegalArgumentException("an entry of " + payload.length + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.wrap(payload);
    byte type = bytes.get();
    long time = bytes.getLong();
    return switch (type) {
      case COMMAND -> new CommandEntry(term, time, LocalSession.ID, 0, operation(rest(bytes)));
      case INITIALIZE -> new InitializeEntry(term, time);
      case CONFIGURATION -> new ConfigurationEntry(term, time, decodeMembers(rest(bytes)));
      default -> throw new IllegalArgumentException("an entry of unknown type " + type);
    };
  }

  static boolean isCommand(byte[] payload) {
    return payload[0] == COMMAND;
  }

  static boolean isConfiguration(byte[] payload) {
    return payload[0] == CONFIGURATION;
  }

  /** The command in an entry that is one. */
  static ByteBuffer command(byte[] payload) {
    return ByteBuffer.wrap(payload, HEADER, payload.length - HEADER).slice();
  }

  /** The configuration that an entry which is one sets. */
  static Configuration configuration(long index, long term, byte[] payload) {
    ConfigurationEntry entry = (ConfigurationEntry) decode(term, payload);
    return new Configuration(index, term, entry.timestamp(), entry.members());
  }

  private static byte[] rest(ByteBuffer bytes) {
    byte[] rest = new byte[bytes.remaining()];
    bytes.get(rest);
    return rest;
  }

  static byte[] encodeMembers(Collection<RaftMember> members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(members.size());
      for (RaftMember member : members) {
        out.writeUTF(member.memberId().id());
        out.writeByte(code(member.getType()));
        out.writeLong(member.getLastUpdated().toEpochMilli());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static List<RaftMember> decodeMembers(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int count = in.readInt();
      if (count < 0 || count > MAX_MEMBERS) {
        throw new IllegalArgumentException("a configuration of " + count + " managers");
      }
      List<RaftMember> members = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        MemberId id = MemberId.from(in.readUTF());
        RaftMember.Type type = type(in.readByte());
        members.add(new DefaultRaftMember(id, type, Instant.ofEpochMilli(in.readLong())));
      }
      return members;
    } catch (IOException e) {
      throw new IllegalArgumentException("a configuration that cannot be read", e);
    }
  }

  private static int code(RaftMember.Type type) {
    return switch (type) {
      case INACTIVE -> 0;
      case PASSIVE -> 1;
      case PROMOTABLE -> 2;
      case ACTIVE -> 3;
    };
  }

  private static RaftMember.Type type(byte code) {
    return switch (code) {
      case 0 -> RaftMember.Type.INACTIVE;
      case 1 -> RaftMember.Type.PASSIVE;
      case 2 -> RaftMember.Type.PROMOTABLE;
      case 3 -> RaftMember.Type.ACTIVE;
      default -> throw new IllegalArgumentException("a member of unknown type " + code);
    };
  }
}
