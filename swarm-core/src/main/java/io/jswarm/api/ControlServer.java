// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.NotLeaderException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.model.NodeRole;
import io.jswarm.transport.Channel;
import io.jswarm.transport.Listener;
import io.jswarm.transport.Message;
import io.jswarm.transport.Receiver;

/**
 * Does what other managers ask of this one while it leads. They ask in their own name, never in
 * somebody else's, and only managers may. Everything on the control loop.
 */
final class ControlServer implements Listener {
  private final Leader leader;

  ControlServer(Leader leader) {
    this.leader = leader;
  }

  @Override
  public Receiver onChannel(Channel channel) {
    channel.send(new ControlMessage.Welcome());
    return new Receiver() {
      private long last;

      @Override
      public void onMessage(Message message) {
        if (message instanceof ControlMessage.Call call && call.id() > last) {
          last = call.id();
          execute(channel, call.id(), call.request());
        } else if (message instanceof ControlMessage.Ping) {
          channel.send(new ControlMessage.Pong());
        }
      }

      @Override
      public void onClosed(String reason) {}
    };
  }

  private <R> void execute(Channel channel, long id, ControlRequest<R> request) {
    try {
      requireAllowed(channel);
      if (leader.control().stopped().isPresent()) {
        throw new NotLeaderException("this manager takes part no more", null);
      }
      request.checkPeer(channel.peer());
      request.check();
    } catch (RuntimeException e) {
      channel.send(ControlMessage.Failure.of(id, e));
      return;
    }
    request
        .execute(leader)
        .whenComplete(
            (value, error) ->
                channel.send(
                    error == null
                        ? new ControlMessage.Answer(id, value, leader.control().view().version())
                        : ControlMessage.Failure.of(id, Calls.unwrapped(error))));
  }

  private static void requireAllowed(Channel channel) {
    if (channel.peer().role() != NodeRole.MANAGER) {
      throw new PermissionDeniedException(
          "node " + channel.peer().nodeId() + " is not a manager and may not ask for this");
    }
  }
}
