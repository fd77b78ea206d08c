// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.RecordCodec;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.MessageCodec;
import java.util.Map;

/**
 * How agents and managers write what they tell each other, in channels of kind {@link
 * ChannelKind#DISPATCHER}. Thread-safe.
 */
public final class DispatchCodec implements MessageCodec {
  private final RecordCodec records =
      RecordCodec.builder()
          .union(
              Message.class,
              Map.ofEntries(
                  Map.entry("register", AgentMessage.Register.class),
                  Map.entry("heartbeat", AgentMessage.Heartbeat.class),
                  Map.entry("subscribe", AgentMessage.Subscribe.class),
                  Map.entry("report", AgentMessage.ReportStatus.class),
                  Map.entry("logs", AgentMessage.LogBatch.class),
                  Map.entry("logEnd", AgentMessage.LogEnd.class),
                  Map.entry("registered", ManagerMessage.Registered.class),
                  Map.entry("refused", ManagerMessage.Refused.class),
                  Map.entry("node", ManagerMessage.NodeChanged.class),
                  Map.entry("roots", ManagerMessage.RootsChanged.class),
                  Map.entry("managers", ManagerMessage.ManagersChanged.class),
                  Map.entry("alive", ManagerMessage.HeartbeatReply.class),
                  Map.entry("assignments", ManagerMessage.Assignments.class),
                  Map.entry("reportAck", ManagerMessage.StatusAck.class),
                  Map.entry("reportRefused", ManagerMessage.StatusRefused.class),
                  Map.entry("subscribeLogs", ManagerMessage.SubscribeLogs.class),
                  Map.entry("logAck", ManagerMessage.LogAck.class),
                  Map.entry("unsubscribeLogs", ManagerMessage.UnsubscribeLogs.class)))
          .union(
              AssignmentItem.class,
              Map.of(
                  "updateTask", AssignmentItem.UpdateTask.class,
                  "removeTask", AssignmentItem.RemoveTask.class,
                  "updateSecret", AssignmentItem.UpdateSecret.class,
                  "removeSecret", AssignmentItem.RemoveSecret.class,
                  "updateConfig", AssignmentItem.UpdateConfig.class,
                  "removeConfig", AssignmentItem.RemoveConfig.class))
          .build();

  @Override
  public byte[] encode(Message message) {
    return records.write(message);
  }

  @Override
  public Message decode(byte[] bytes) {
    return records.read(bytes, Message.class);
  }
}
