// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import io.jswarm.loop.EventLoop;

/** Opens channels between nodes. Thread-safe. */
public interface Transport {
  /**
   * Accepts channels of one kind at {@code address} until the registration is closed.
   *
   * @param loop runs the listener and the receivers of all channels it accepts
   * @throws IllegalStateException when something listens there for that kind already
   */
  Registration listen(String address, ChannelKind kind, EventLoop loop, Listener listener);

  /**
   * Opens a channel. Returns at once; messages sent before it is open wait. If it cannot be opened
   * the receiver is told that it closed, or, when the other side is silent, hears nothing.
   *
   * @param self who to appear as; with TLS it has to match the own certificate
   * @param loop runs the receiver
   */
  Channel connect(
      String address, ChannelKind kind, PeerIdentity self, EventLoop loop, Receiver receiver);

  /** An address listened at. */
  @FunctionalInterface
  interface Registration extends AutoCloseable {
    /** Stops listening and breaks the channels accepted there. */
    @Override
    void close();
  }
}
