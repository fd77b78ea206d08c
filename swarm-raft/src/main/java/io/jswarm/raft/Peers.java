// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeRole;
import io.jswarm.spi.ManagerGroup.Manager;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Listener;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls between managers over channels of kind RAFT: one channel to each, opened when needed. Every
 * call completes: with an answer, when its time is over, or when its channel breaks. Frames of a
 * channel are taken in order and at most once. Raft loop only.
 */
final class Peers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  private final EventLoop loop;
  private final Transport transport;
  private final MemberId self;
  private final PeerIdentity identity;
  private final Handler handler;
  private final Map<MemberId, Link> links = new TreeMap<>((a, b) -> a.id().compareTo(b.id()));
  private final Transport.Registration registration;
  private long cluster;
  private long calls;
  private boolean closed;

  /** Takes requests, and hears what happens to channels. */
  interface Handler {
    /** Answers a request; a failed stage is told to the sender. */
    CompletableFuture<byte[]> onRequest(MemberId from, Frame.Type type, byte[] body);

    /** Whether requests of this manager are answered with a remark that it was removed. */
    boolean isRemoved(MemberId member);

    /** Somebody answered, whatever. */
    void onAnswer(MemberId from);

    /** A channel to or from a manager broke, or could not be opened. */
    void onBroken(MemberId member);

    /** Others say that this manager was removed. */
    void onRemoved(MemberId by);

    /** The first request that says which cluster this manager is to join. */
    void onCluster(long cluster);

    /** Taking a request failed as it must not. */
    void onFailure(Throwable cause);
  }

  Peers(EventLoop loop, Transport transport, MemberId self, long cluster, Handler handler) {
    this.loop = loop;
    this.transport = transport;
    this.self = self;
    this.cluster = cluster;
    this.handler = handler;
    Manager manager = ManagerId.of(self);
    this.identity = new PeerIdentity(manager.nodeId(), NodeRole.MANAGER);
    Listener listener = Accepted::new;
    this.registration = transport.listen(manager.address(), ChannelKind.RAFT, loop, listener);
  }

  /** Asks a manager. */
  CompletableFuture<byte[]> call(MemberId to, Frame.Type type, byte[] body, Duration timeout) {
    if (closed) {
      return CompletableFuture.failedFuture(new UnavailableException("this manager has ended"));
    }
    return links.computeIfAbsent(to, Link::new).call(type, body, timeout);
  }

  /** Closes the channel to a manager that is none any more. */
  void forget(MemberId member) {
    Link link = links.remove(member);
    if (link != null) {
      link.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    registration.close();
    List.copyOf(links.values()).forEach(Link::close);
    links.clear();
  }

  /** A channel this manager opened, and the calls that wait for answers from it. */
  private final class Link implements Receiver {
    private final MemberId peer;
    private final Map<Long, Call> waiting = new HashMap<>();
    private @Nullable Channel channel;
    private long sent;
    private long received;

    Link(MemberId peer) {
      this.peer = peer;
    }

    CompletableFuture<byte[]> call(Frame.Type type, byte[] body, Duration timeout) {
      Channel open = channel;
      if (open == null) {
        sent = 0;
        received = 0;
        open =
            transport.connect(ManagerId.of(peer).address(), ChannelKind.RAFT, identity, loop, this);
        channel = open;
      }
      long number = ++calls;
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      long heard = received;
      EventLoop.Timer timer = loop.schedule(timeout, () -> timedOut(number, type, timeout, heard));
      waiting.put(number, new Call(answer, timer));
      open.send(
          new Frame(Frame.Kind.REQUEST, type, number, ++sent, cluster, self.id(), peer.id(), body)
              .toMessage());
      return answer;
    }

    /** A channel that carried no answer all the while may never have been opened. */
    private void timedOut(long number, Frame.Type type, Duration timeout, long heard) {
      Call call = waiting.remove(number);
      if (call != null) {
        call.answer.completeExceptionally(
            new UnavailableException(type + " to " + peer + " was not answered within " + timeout));
        if (received == heard) {
          close();
        }
      }
    }

    @Override
    public void onMessage(Message message) {
      Frame frame = decode(message);
      if (closed || frame == null || frame.sequence() <= received) {
        return;
      }
      received = frame.sequence();
      Call call = waiting.remove(frame.call());
      if (call == null || !frame.from().equals(peer.id()) || !frame.to().equals(self.id())) {
        return;
      }
      call.timer.cancel();
      switch (frame.kind()) {
        case ANSWER -> {
          handler.onAnswer(peer);
          call.answer.complete(frame.body());
        }
        case REMOVED -> {
          call.answer.completeExceptionally(refused("says that this manager was removed"));
          handler.onRemoved(peer);
        }
        case MISDIRECTED -> call.answer.completeExceptionally(refused("is not who was meant"));
        case FAILURE ->
            call.answer.completeExceptionally(
                refused(
                    "failed: "
                        + new String(frame.body(), java.nio.charset.StandardCharsets.UTF_8)));
        case REQUEST -> call.answer.completeExceptionally(refused("answered with a request"));
      }
    }

    private UnavailableException refused(String why) {
      return new UnavailableException("manager " + peer + " " + why);
    }

    @Override
    public void onClosed(String reason) {
      channel = null;
      fail(reason);
      if (!closed) {
        handler.onBroken(peer);
      }
    }

    void close() {
      Channel open = channel;
      channel = null;
      if (open != null) {
        open.close();
      }
      fail("closed here");
    }

    private void fail(String reason) {
      List<Call> failed = List.copyOf(waiting.values());
      waiting.clear();
      for (Call call : failed) {
        call.timer.cancel();
        call.answer.completeExceptionally(refused("cannot be reached: " + reason));
      }
    }
  }

  private record Call(CompletableFuture<byte[]> answer, EventLoop.Timer timer) {}

  /** A channel another manager opened. */
  private final class Accepted implements Receiver {
    private final Channel channel;
    private long received;
    private long sent;
    private @Nullable MemberId opener;

    Accepted(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void onMessage(Message message) {
      Frame frame = decode(message);
      if (closed || frame == null || frame.sequence() <= received) {
        return;
      }
      received = frame.sequence();
      if (frame.kind() != Frame.Kind.REQUEST || !isGenuine(frame)) {
        LOG.atWarn().addKeyValue("peer", channel.peer()).log("not a manager's request; closed");
        channel.close();
        return;
      }
      MemberId from = MemberId.from(frame.from());
      opener = from;
      if (handler.isRemoved(from)) {
        answer(frame, Frame.Kind.REMOVED, new byte[0]);
      } else if (!frame.to().equals(self.id()) || !isOfThisCluster(frame)) {
        answer(frame, Frame.Kind.MISDIRECTED, new byte[0]);
      } else {
        take(from, frame);
      }
    }

    /** The transport vouches for the node; nobody speaks for another. */
    private boolean isGenuine(Frame frame) {
      PeerIdentity peer = channel.peer();
      return peer.role() == NodeRole.MANAGER
          && ManagerId.parse(frame.from()).nodeId().equals(peer.nodeId());
    }

    private boolean isOfThisCluster(Frame frame) {
      if (cluster == 0 && frame.cluster() != 0) {
        cluster = frame.cluster();
        handler.onCluster(cluster);
      }
      return frame.cluster() == cluster;
    }

    private void take(MemberId from, Frame frame) {
      CompletableFuture<byte[]> answer;
      try {
        answer = handler.onRequest(from, frame.type(), frame.body());
      } catch (IllegalArgumentException | java.nio.BufferUnderflowException e) {
        LOG.atWarn().addKeyValue("peer", from).setCause(e).log("a request that cannot be read");
        answer = CompletableFuture.failedFuture(e);
      } catch (RuntimeException | Error e) {
        handler.onFailure(e);
        return;
      }
      var unused =
          answer.whenComplete(
              (body, error) -> {
                if (error == null) {
                  answer(frame, Frame.Kind.ANSWER, body);
                } else {
                  answer(frame, Frame.Kind.FAILURE, MessageCodec.name(String.valueOf(error)));
                }
              });
    }

    private void answer(Frame request, Frame.Kind kind, byte[] body) {
      channel.send(
          new Frame(
                  kind,
                  request.type(),
                  request.call(),
                  ++sent,
                  cluster,
                  self.id(),
                  request.from(),
                  body)
              .toMessage());
    }

    @Override
    public void onClosed(String reason) {
      MemberId broken = opener;
      if (!closed && broken != null) {
        handler.onBroken(broken);
      }
    }
  }

  private static @Nullable Frame decode(Message message) {
    try {
      return message instanceof RawMessage raft ? Frame.of(raft) : null;
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("a frame that cannot be read was ignored");
      return null;
    }
  }
}
