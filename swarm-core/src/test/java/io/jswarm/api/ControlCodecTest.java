// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.model.RecordFiller;
import io.jswarm.model.StoreObject;
import io.jswarm.transport.Message;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControlCodecTest {
  private static final int VARIANTS = 5;

  private final ControlCodec codec = new ControlCodec();

  static Stream<Class<?>> messages() {
    return members(ControlMessage.class).filter(type -> type != ControlMessage.Answer.class);
  }

  static Stream<Class<?>> requests() {
    return members(ControlRequest.class);
  }

  static Stream<Class<?>> objects() {
    return members(StoreObject.class);
  }

  private static Stream<Class<?>> members(Class<?> union) {
    return Arrays.stream(union.getPermittedSubclasses())
        .flatMap(type -> type.isSealed() ? members(type) : Stream.of(type));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageIsReadAsItWasWritten(Class<? extends ControlMessage> type) {
    assertRoundTrip(RecordFiller.fill(type));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void everyRequestIsReadAsItWasWritten(Class<? extends ControlRequest<?>> type) {
    for (int variant = 0; variant < VARIANTS; variant++) {
      assertRoundTrip(new ControlMessage.Call(7, RecordFiller.fill(type, variant)));
    }
  }

  @ParameterizedTest
  @MethodSource("objects")
  void everyAnswerIsReadAsItWasWritten(Class<? extends StoreObject> type) {
    assertRoundTrip(new ControlMessage.Answer(7, RecordFiller.fill(type), 9));
    assertRoundTrip(new ControlMessage.Answer(7, 1L << 40, 9));
    assertRoundTrip(new ControlMessage.Answer(0, 0L, 0));
  }

  @Test
  void anAnswerOfAnythingElseIsRefused() {
    for (Object value : List.of("text", 1, List.of(1L), new Object())) {
      assertThatThrownBy(() -> codec.encode(new ControlMessage.Answer(7, value, 9)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void assertRoundTrip(Message message) {
    assertThat(codec.decode(codec.encode(message))).isEqualTo(message);
  }
}
