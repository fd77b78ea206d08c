// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.atomix.cluster.MemberId;
import io.atomix.primitive.operation.OperationId;
import io.atomix.primitive.operation.PrimitiveOperation;
import io.atomix.primitive.service.ServiceConfig;
import io.atomix.protocols.raft.ReadConsistency;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.storage.log.entry.CloseSessionEntry;
import io.atomix.protocols.raft.storage.log.entry.CommandEntry;
import io.atomix.protocols.raft.storage.log.entry.ConfigurationEntry;
import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.KeepAliveEntry;
import io.atomix.protocols.raft.storage.log.entry.OpenSessionEntry;
import io.atomix.protocols.raft.storage.system.Configuration;
import io.atomix.utils.serializer.Namespace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What a stock server writes to disk, field by field: Kryo's own serializers need {@code
 * --add-opens} on Java 17.
 */
final class EntryFormat {
  /** For {@code RaftStorage}: log entries and the configuration. */
  static final Namespace STORAGE =
      Namespace.builder()
          .register(
              new Format<>(
                  (output, entry) -> {
                    output.writeLong(entry.term());
                    output.writeLong(entry.timestamp());
                  },
                  input -> new InitializeEntry(input.readLong(), input.readLong())),
              InitializeEntry.class)
          .register(
              new Format<>(EntryFormat::writeCommand, EntryFormat::readCommand), CommandEntry.class)
          .register(
              new Format<>(EntryFormat::writeOpening, EntryFormat::readOpening),
              OpenSessionEntry.class)
          .register(
              new Format<>(
                  (output, entry) -> {
                    output.writeLong(entry.term());
                    output.writeLong(entry.timestamp());
                    output.writeLong(entry.session());
                    output.writeBoolean(entry.expired());
                    output.writeBoolean(entry.delete());
                  },
                  input ->
                      new CloseSessionEntry(
                          input.readLong(),
                          input.readLong(),
                          input.readLong(),
                          input.readBoolean(),
                          input.readBoolean())),
              CloseSessionEntry.class)
          .register(
              new Format<>(
                  (output, entry) -> {
                    output.writeLong(entry.term());
                    output.writeLong(entry.timestamp());
                    writeLongs(output, entry.sessionIds());
                    writeLongs(output, entry.commandSequenceNumbers());
                    writeLongs(output, entry.eventIndexes());
                  },
                  input ->
                      new KeepAliveEntry(
                          input.readLong(),
                          input.readLong(),
                          readLongs(input),
                          readLongs(input),
                          readLongs(input))),
              KeepAliveEntry.class)
          .register(
              new Format<>(
                  (output, entry) -> {
                    output.writeLong(entry.term());
                    output.writeLong(entry.timestamp());
                    writeMembers(output, entry.members());
                  },
                  input ->
                      new ConfigurationEntry(
                          input.readLong(), input.readLong(), readMembers(input))),
              ConfigurationEntry.class)
          .register(
              new Format<>(
                  (output, configuration) -> {
                    output.writeLong(configuration.index());
                    output.writeLong(configuration.term());
                    output.writeLong(configuration.time());
                    writeMembers(output, configuration.members());
                  },
                  input ->
                      new Configuration(
                          input.readLong(),
                          input.readLong(),
                          input.readLong(),
                          readMembers(input))),
              Configuration.class)
          .build("storage");

  /** For the state machine, which has no configuration worth writing. */
  static final Namespace SERVICE =
      Namespace.builder()
          .register(
              new Format<ServiceConfig>((output, config) -> {}, input -> new ServiceConfig()),
              ServiceConfig.class)
          .build("service");

  private EntryFormat() {}

  private static void writeCommand(Output output, CommandEntry entry) {
    output.writeLong(entry.term());
    output.writeLong(entry.timestamp());
    output.writeLong(entry.session());
    output.writeLong(entry.sequenceNumber());
    output.writeString(entry.operation().id().id());
    writeBytes(output, entry.operation().value());
  }

  private static CommandEntry readCommand(Input input) {
    return new CommandEntry(
        input.readLong(),
        input.readLong(),
        input.readLong(),
        input.readLong(),
        PrimitiveOperation.operation(OperationId.command(input.readString()), readBytes(input)));
  }

  private static void writeOpening(Output output, OpenSessionEntry entry) {
    output.writeLong(entry.term());
    output.writeLong(entry.timestamp());
    output.writeString(entry.memberId());
    output.writeString(entry.serviceName());
    output.writeString(entry.serviceType());
    writeBytes(output, entry.serviceConfig());
    output.writeString(entry.readConsistency().name());
    output.writeLong(entry.minTimeout());
    output.writeLong(entry.maxTimeout());
  }

  private static OpenSessionEntry readOpening(Input input) {
    return new OpenSessionEntry(
        input.readLong(),
        input.readLong(),
        input.readString(),
        input.readString(),
        input.readString(),
        readBytes(input),
        ReadConsistency.valueOf(input.readString()),
        input.readLong(),
        input.readLong());
  }

  private static void writeMembers(Output output, Collection<RaftMember> members) {
    output.writeInt(members.size());
    for (RaftMember member : members) {
      output.writeString(member.memberId().id());
      output.writeString(member.getType().name());
      output.writeLong(member.getLastUpdated().toEpochMilli());
    }
  }

  private static List<RaftMember> readMembers(Input input) {
    List<RaftMember> members = new ArrayList<>();
    for (int left = input.readInt(); left > 0; left--) {
      members.add(
          new DefaultRaftMember(
              MemberId.from(input.readString()),
              RaftMember.Type.valueOf(input.readString()),
              Instant.ofEpochMilli(input.readLong())));
    }
    return members;
  }

  private static void writeBytes(Output output, byte[] bytes) {
    output.writeInt(bytes.length);
    output.writeBytes(bytes);
  }

  private static byte[] readBytes(Input input) {
    return input.readBytes(input.readInt());
  }

  private static void writeLongs(Output output, long[] values) {
    output.writeInt(values.length);
    output.writeLongs(values);
  }

  private static long[] readLongs(Input input) {
    return input.readLongs(input.readInt());
  }

  private static final class Format<T> extends Serializer<T> {
    private final BiConsumer<Output, T> writer;
    private final Function<Input, T> reader;

    Format(BiConsumer<Output, T> writer, Function<Input, T> reader) {
      this.writer = writer;
      this.reader = reader;
    }

    @Override
    public void write(Kryo kryo, Output output, T value) {
      writer.accept(output, value);
    }

    @Override
    public T read(Kryo kryo, Input input, Class<T> type) {
      return reader.apply(input);
    }
  }
}
