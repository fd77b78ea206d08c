// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

/** Takes what comes out of a channel. Called on the loop given when the channel was made. */
public interface Receiver {
  /** A message arrived. */
  void onMessage(Message message);

  /**
   * The channel could not be opened, broke, or was closed by the other end. Called at most once,
   * and nothing after it.
   */
  void onClosed(String reason);
}
