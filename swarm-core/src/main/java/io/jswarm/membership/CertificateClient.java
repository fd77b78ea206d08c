// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.InvalidSpecException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks managers for certificates (S11.2): one after the other, and whoever they say leads, until
 * one answers, refuses for good, or time is over. Any thread.
 */
public final class CertificateClient {
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int MOST_REDIRECTIONS = 3;
  private static final Duration PAUSE = Duration.ofMillis(300);

  private final Transport transport;
  private final EventLoop loop;
  private final PeerIdentity self;

  /**
   * A client.
   *
   * @param loop runs the conversation
   */
  public CertificateClient(Transport transport, EventLoop loop, PeerIdentity self) {
    this.transport = transport;
    this.loop = loop;
    this.self = self;
  }

  /**
   * Asks one question. Fails with {@link InvalidSpecException} when token or request are wrong,
   * {@link PermissionDeniedException} when the node may not have what it asks for, {@link
   * UnavailableException} when no leader is found within {@code patience}; says what each address
   * answered last.
   */
  public CompletionStage<EnrolmentMessage> ask(
      List<String> addresses, EnrolmentMessage question, Duration patience) {
    Conversation conversation = new Conversation(addresses, question, patience);
    loop.execute(conversation::begin);
    return conversation.result;
  }

  private final class Conversation {
    private final List<String> addresses;
    private final EnrolmentMessage question;
    private final Duration patience;
    private final CompletableFuture<EnrolmentMessage> result = new CompletableFuture<>();
    private final Deque<String> next = new ArrayDeque<>();
    private String last = "no address was given";
    private long endNanos;

    /** Managers may send this node around in circles. */
    private int redirections;

    Conversation(List<String> addresses, EnrolmentMessage question, Duration patience) {
      this.addresses = List.copyOf(addresses);
      this.question = question;
      this.patience = patience;
    }

    void begin() {
      endNanos = loop.nanoTime() + patience.toNanos();
      next.addAll(addresses);
      attempt();
    }

    private void attempt() {
      String address = next.poll();
      if (address != null) {
        new Attempt(address).begin();
      } else if (loop.nanoTime() - endNanos < 0 && !addresses.isEmpty()) {
        next.addAll(addresses);
        redirections = 0;
        loop.schedule(PAUSE, this::attempt);
      } else {
        result.completeExceptionally(
            new UnavailableException("no manager can be reached that leads: " + last));
      }
    }

    private void failed(String address, String why) {
      last = address + ": " + why;
      attempt();
    }

    private void refused(String address, EnrolmentMessage.Refused refusal) {
      switch (refusal.reason()) {
        case NOT_LEADER -> {
          boolean elsewhere = !refusal.leader().isEmpty() && !refusal.leader().equals(address);
          if (elsewhere && redirections++ < MOST_REDIRECTIONS) {
            next.addFirst(refusal.leader());
          }
          failed(address, refusal.detail());
        }
        case UNAVAILABLE -> failed(address, refusal.detail());
        case INVALID_TOKEN -> end(new InvalidSpecException("join", "token", refusal.detail()));
        case INVALID_REQUEST -> end(new InvalidSpecException("join", "request", refusal.detail()));
        case PERMISSION_DENIED -> end(new PermissionDeniedException(refusal.detail()));
      }
    }

    private void end(SwarmException error) {
      result.completeExceptionally(error);
    }

    private final class Attempt implements Receiver {
      private final String address;
      private @Nullable Channel channel;
      private boolean ended;

      Attempt(String address) {
        this.address = address;
      }

      void begin() {
        try {
          Channel opened = transport.connect(address, ChannelKind.ENROLMENT, self, loop, this);
          channel = opened;
          opened.send(question);
          loop.schedule(ANSWER, () -> onClosed("does not answer"));
        } catch (IllegalArgumentException e) {
          end(new InvalidSpecException("join", "address", String.valueOf(e.getMessage())));
        }
      }

      @Override
      public void onMessage(Message message) {
        if (ended) {
          return;
        }
        ended = true;
        close();
        if (message instanceof EnrolmentMessage.Refused refusal) {
          refused(address, refusal);
        } else if (message instanceof EnrolmentMessage answer) {
          result.complete(answer);
        } else {
          failed(address, "answered something else");
        }
      }

      @Override
      public void onClosed(String reason) {
        if (!ended) {
          ended = true;
          close();
          failed(address, reason);
        }
      }

      private void close() {
        if (channel != null) {
          channel.close();
        }
      }
    }
  }
}
