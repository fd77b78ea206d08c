// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

/**
 * How the messages of one kind of channel are written on the wire. Called from I/O threads, of
 * several channels at once; what comes in is from another node and may be anything.
 */
public interface MessageCodec {
  /** Carries {@link RawMessage}s as they are. */
  MessageCodec RAW =
      new MessageCodec() {
        @Override
        public byte[] encode(Message message) {
          if (message instanceof RawMessage raw) {
            return raw.bytes();
          }
          throw new IllegalArgumentException(
              "cannot write " + message.getClass().getSimpleName() + " as bytes");
        }

        @Override
        public Message decode(byte[] bytes) {
          return new RawMessage(bytes);
        }
      };

  /**
   * The bytes of a message, which are not changed any more.
   *
   * @throws IllegalArgumentException if it is none of this kind; the channel breaks
   */
  byte[] encode(Message message);

  /**
   * What {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it did not; the channel breaks
   */
  Message decode(byte[] bytes);
}
