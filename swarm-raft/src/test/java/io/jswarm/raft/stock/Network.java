// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.protocol.RaftRequest;
import io.atomix.protocols.raft.protocol.RaftServerProtocol;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Carries messages between servers in one JVM, in order and at once, and does to them what a test
 * asks for. Everything sent is kept.
 */
final class Network {
  enum Fate {
    DELIVER,
    /** The receiver is down: the sender learns it at once. */
    REFUSE,
    /** Nothing arrives; the sender waits until its time is up. */
    LOSE,
    /** The request arrives, the answer does not. */
    LOSE_ANSWER,
    /** The request arrives, the answer waits for {@link #releaseAnswers()}. */
    HOLD_ANSWER
  }

  interface Rule {
    Fate fateOf(Message message);
  }

  record Message(String from, String to, RaftRequest request, long nanos) {
    boolean is(Class<? extends RaftRequest> kind) {
      return kind.isInstance(request);
    }
  }

  private static final long TIMEOUT_MILLIS = 400;

  /** Of what is not lost: a stock server leaves some of it unanswered. */
  private static final long LONG_TIMEOUT_MILLIS = 5_000;

  private final Map<String, Map<String, Function<Object, CompletableFuture<Object>>>> handlers =
      new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Message> sent = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Runnable> heldAnswers = new ConcurrentLinkedQueue<>();
  private volatile Rule rule = message -> Fate.DELIVER;

  /** From the next message on. */
  void rule(Rule next) {
    rule = next;
  }

  void heal() {
    rule = message -> Fate.DELIVER;
  }

  /** Nothing goes from or to this server. */
  void isolate(String id) {
    rule =
        message ->
            message.from().equals(id) || message.to().equals(id) ? Fate.REFUSE : Fate.DELIVER;
  }

  /** Those held now; not what their receivers send next. */
  void releaseAnswers() {
    for (int left = heldAnswers.size(); left > 0; left--) {
      heldAnswers.remove().run();
    }
  }

  int heldAnswers() {
    return heldAnswers.size();
  }

  /** Of this kind, oldest first. */
  List<Message> sent(Class<? extends RaftRequest> kind) {
    List<Message> messages = new ArrayList<>();
    for (Message message : sent) {
      if (message.is(kind)) {
        messages.add(message);
      }
    }
    return messages;
  }

  /** Until none of this kind is sent for so long. */
  void awaitSilence(Class<? extends RaftRequest> kind, Duration duration) {
    Waiting.until(
        "no " + kind.getSimpleName() + " is sent",
        () -> {
          forgetSent();
          Waiting.pause(duration.toMillis());
          return sent(kind).isEmpty();
        });
  }

  void forgetSent() {
    sent.clear();
  }

  /** The answer of the server, as another would get it; rules do not apply. */
  @SuppressWarnings("unchecked")
  <R> CompletableFuture<R> deliver(String to, RaftRequest request) {
    String kind = request.getClass().getSimpleName().replace("Request", "");
    Function<Object, CompletableFuture<Object>> handler =
        handlers.getOrDefault(to, Map.of()).get(kind);
    return handler == null
        ? CompletableFuture.failedFuture(new ConnectException(to + " is down"))
        : (CompletableFuture<R>) handler.apply(request);
  }

  private CompletableFuture<Object> send(String from, String to, RaftRequest request) {
    Message message = new Message(from, to, request, System.nanoTime());
    sent.add(message);
    switch (rule.fateOf(message)) {
      case DELIVER:
        return this.<Object>deliver(to, request)
            .copy()
            .orTimeout(LONG_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
      case REFUSE:
        return CompletableFuture.failedFuture(new ConnectException(to + " is down"));
      case LOSE:
        return unanswered();
      case LOSE_ANSWER:
        deliver(to, request);
        return unanswered();
      case HOLD_ANSWER:
        CompletableFuture<Object> answer = deliver(to, request);
        CompletableFuture<Object> held = new CompletableFuture<>();
        heldAnswers.add(() -> answer.thenAccept(held::complete));
        return held;
    }
    throw new AssertionError();
  }

  private static CompletableFuture<Object> unanswered() {
    return new CompletableFuture<>().orTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** For the server of this id; a new one replaces the last, as after a restart. */
  RaftServerProtocol endpoint(String id) {
    Map<String, Function<Object, CompletableFuture<Object>>> own = new ConcurrentHashMap<>();
    handlers.put(id, own);
    return (RaftServerProtocol)
        Proxy.newProxyInstance(
            RaftServerProtocol.class.getClassLoader(),
            new Class<?>[] {RaftServerProtocol.class},
            (proxy, method, arguments) -> call(id, own, method, arguments));
  }

  @SuppressWarnings("unchecked")
  private Object call(
      String id,
      Map<String, Function<Object, CompletableFuture<Object>>> own,
      Method method,
      Object[] arguments) {
    String name = method.getName();
    if (name.startsWith("register") && name.endsWith("Handler")) {
      own.put(
          name.substring("register".length(), name.length() - "Handler".length()),
          (Function<Object, CompletableFuture<Object>>) arguments[0]);
      return null;
    }
    if (name.startsWith("unregister") && name.endsWith("Handler")) {
      own.remove(name.substring("unregister".length(), name.length() - "Handler".length()));
      return null;
    }
    if (method.getReturnType() == CompletableFuture.class) {
      return send(id, ((MemberId) arguments[0]).id(), (RaftRequest) arguments[1]);
    }
    if (method.getDeclaringClass() == Object.class) {
      return name.equals("hashCode")
          ? id.hashCode()
          : name.equals("equals") ? arguments[0] == own : "endpoint of " + id;
    }
    return null;
  }
}
