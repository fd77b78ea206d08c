// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

/**
 * One end of a bidirectional stream of messages between two nodes. What is sent arrives in order,
 * or the channel breaks; only a fault-injecting transport does worse. Thread-safe.
 */
public interface Channel {
  /** The node that opened the channel. */
  PeerIdentity peer();

  /** Where that node is, without a port; goes into {@code NodeStatus.addr}. */
  String peerAddress();

  /**
   * Hands a message over. Never blocks and never throws: on a channel that is closed or broken the
   * message is lost, and the {@link Receiver} hears of the break.
   */
  void send(Message message);

  /**
   * Ends the channel. The other end hears of it; the own {@link Receiver} hears nothing any more.
   */
  void close();
}
