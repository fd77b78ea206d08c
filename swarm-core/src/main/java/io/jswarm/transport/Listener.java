// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

/** Takes the channels that other nodes open. Called on the loop given when listening began. */
@FunctionalInterface
public interface Listener {
  /** A node opened a channel; what comes out of it goes to the receiver returned. */
  Receiver onChannel(Channel channel);
}
