// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.model.RecordCodec;
import io.jswarm.transport.Message;
import io.jswarm.transport.MessageCodec;
import java.util.Map;

/** How enrolment is written, in channels of that kind. Thread-safe. */
public final class EnrolmentCodec implements MessageCodec {
  private final RecordCodec records =
      RecordCodec.builder()
          .union(
              Message.class,
              Map.of(
                  "fetchRoot", EnrolmentMessage.FetchRoot.class,
                  "root", EnrolmentMessage.Root.class,
                  "join", EnrolmentMessage.Join.class,
                  "renew", EnrolmentMessage.Renew.class,
                  "issued", EnrolmentMessage.Issued.class,
                  "refused", EnrolmentMessage.Refused.class))
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
