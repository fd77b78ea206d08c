// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.model.RecordCodec;
import io.jswarm.model.StoreObject;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.MessageCodec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How managers write requests to the leader, and its answers, in channels of kind {@link
 * ChannelKind#CONTROL}. Thread-safe.
 */
public final class ControlCodec implements MessageCodec {
  private final RecordCodec records =
      RecordCodec.builder()
          .union(
              Message.class,
              Map.of(
                  "welcome", ControlMessage.Welcome.class,
                  "call", ControlMessage.Call.class,
                  "ping", ControlMessage.Ping.class,
                  "pong", ControlMessage.Pong.class,
                  "answer", Answer.class,
                  "failure", ControlMessage.Failure.class))
          .union(
              ControlRequest.class,
              Map.ofEntries(
                  Map.entry("barrier", ManagerRequests.Barrier.class),
                  Map.entry("addManager", ManagerRequests.Add.class),
                  Map.entry("updateCluster", ClusterWrites.Update.class),
                  Map.entry("rotateRoot", ClusterWrites.RotateRoot.class),
                  Map.entry("rotateUnlockKey", ClusterWrites.RotateUnlockKey.class),
                  Map.entry("rotateJoinToken", ClusterWrites.RotateJoinToken.class),
                  Map.entry("createConfig", ConfigWrites.Create.class),
                  Map.entry("updateConfig", ConfigWrites.Update.class),
                  Map.entry("removeConfig", ConfigWrites.Remove.class),
                  Map.entry("createNetwork", NetworkWrites.Create.class),
                  Map.entry("removeNetwork", NetworkWrites.Remove.class),
                  Map.entry("joinNode", NodeWrites.Join.class),
                  Map.entry("updateNode", NodeWrites.Update.class),
                  Map.entry("setNodeRole", NodeWrites.SetRole.class),
                  Map.entry("removeNode", NodeWrites.Remove.class),
                  Map.entry("createSecret", SecretWrites.Create.class),
                  Map.entry("updateSecret", SecretWrites.Update.class),
                  Map.entry("removeSecret", SecretWrites.Remove.class),
                  Map.entry("createService", ServiceWrites.Create.class),
                  Map.entry("updateService", ServiceWrites.Update.class),
                  Map.entry("rollBackService", ServiceWrites.Rollback.class),
                  Map.entry("removeService", ServiceWrites.Remove.class)))
          .build();

  /**
   * An answer with what the leader answers with: one of both, and nothing else.
   *
   * @param number of a barrier
   * @param object that was written
   */
  private record Answer(long id, long version, @Nullable Long number, @Nullable StoreObject object)
      implements Message {
    static Answer of(ControlMessage.Answer answer) {
      if (answer.value() instanceof Long number) {
        return new Answer(answer.id(), answer.version(), number, null);
      } else if (answer.value() instanceof StoreObject object) {
        return new Answer(answer.id(), answer.version(), null, object);
      }
      throw new IllegalArgumentException(
          "an answer with a " + answer.value().getClass().getSimpleName() + " has no written form");
    }

    ControlMessage.Answer toMessage() {
      Object value = number == null ? object : number;
      if (value == null || (number != null && object != null)) {
        throw new IllegalArgumentException("an answer has either a number or an object");
      }
      return new ControlMessage.Answer(id, value, version);
    }
  }

  @Override
  public byte[] encode(Message message) {
    return records.write(
        message instanceof ControlMessage.Answer answer ? Answer.of(answer) : message);
  }

  @Override
  public Message decode(byte[] bytes) {
    Message read = records.read(bytes, Message.class);
    return read instanceof Answer answer ? answer.toMessage() : read;
  }
}
