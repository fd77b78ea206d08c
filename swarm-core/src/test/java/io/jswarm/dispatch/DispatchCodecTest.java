// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.model.RecordFiller;
import io.jswarm.transport.Message;
import io.jswarm.transport.RawMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DispatchCodecTest {
  private static final int VARIANTS = 7;

  private final DispatchCodec codec = new DispatchCodec();

  static Stream<Class<?>> messages() {
    return Stream.of(AgentMessage.class, ManagerMessage.class)
        .flatMap(union -> Arrays.stream(union.getPermittedSubclasses()));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageIsReadAsItWasWritten(Class<? extends Message> type) {
    for (int variant = 0; variant < VARIANTS; variant++) {
      Message message = RecordFiller.fill(type, variant);
      assertThat(codec.decode(codec.encode(message))).isEqualTo(message);
    }
  }

  @Test
  void everyAssignmentIsReadAsItWasWritten() {
    for (Class<?> type : AssignmentItem.class.getPermittedSubclasses()) {
      AssignmentItem item = (AssignmentItem) RecordFiller.fill(type);
      Message message = new ManagerMessage.Assignments("s", 1, false, 1, 2, List.of(item));
      assertThat(codec.decode(codec.encode(message))).isEqualTo(message);
    }
  }

  @Test
  void whatIsAbsentStaysAbsent() {
    for (Message message :
        List.of(
            new AgentMessage.LogEnd("s", 0, "t", null),
            new ManagerMessage.Refused(0, ManagerMessage.Reason.NOT_LEADER, "", ""),
            new ManagerMessage.HeartbeatReply("s", Duration.ZERO, 0, 0),
            new ManagerMessage.Assignments("", 0, true, 0, 0, List.of()))) {
      assertThat(codec.decode(codec.encode(message))).isEqualTo(message);
    }
  }

  @Test
  void aHeartbeatIsSmall() {
    Message message = new AgentMessage.Heartbeat("9id5ddkrssv7i2iexa1v9tuoj");

    assertThat(codec.encode(message)).hasSizeLessThan(64);
  }

  @Test
  void whatHasToBeThereIsMissed() {
    byte[] bytes = codec.encode(new AgentMessage.Heartbeat("s"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String other = text.replace((char) (0x60 + 9) + "heartbeat", (char) (0x60 + 8) + "register");

    assertThatThrownBy(() -> codec.decode(other.getBytes(StandardCharsets.ISO_8859_1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("description");
  }

  @Test
  void whatIsNoMessageIsRefused() {
    byte[] whole = codec.encode(new AgentMessage.Heartbeat("s"));
    byte[] otherFormat = whole.clone();
    otherFormat[0] = 9;
    byte[] otherName = whole.clone();
    otherName[new String(whole, StandardCharsets.ISO_8859_1).indexOf("heartbeat")] ^= 1;

    for (byte[] bytes :
        List.of(new byte[0], new byte[] {1}, otherFormat, Arrays.copyOf(whole, 5), otherName)) {
      assertThatThrownBy(() -> codec.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> codec.encode(new RawMessage(new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
