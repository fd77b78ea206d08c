// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.transport.Message;

/**
 * One frame between managers, for channels of kind {@link io.jswarm.transport.ChannelKind#RAFT}. A
 * transport between machines carries the bytes as they are; they are at most {@link #MAX_BYTES}.
 *
 * @param bytes not to be changed after the frame was made
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RaftMessage(byte[] bytes) implements Message {
  /** No frame is larger; a transport may refuse one that says it is. */
  public static final int MAX_BYTES = 8 << 20;
}
