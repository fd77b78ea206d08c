// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Gives commands to a {@link ManagerProcess}. Thread-safe. */
public final class ControlClient implements AutoCloseable {
  /** How a command ended. */
  public enum Outcome {
    /** It took effect. */
    OK,
    /** It certainly did not. */
    FAIL,
    /** Nobody can say: the manager cannot, or the connection broke. */
    UNKNOWN
  }

  /** The result of a command, or why there is none. */
  public record Answer(Outcome outcome, String text) {
    /** The result; fails if there is none. */
    public String result() {
      if (outcome != Outcome.OK) {
        throw new IllegalStateException(outcome + ": " + text);
      }
      return text;
    }
  }

  private final Socket socket;
  private final OutputStream out;
  private final AtomicLong tags = new AtomicLong();
  private final Map<String, CompletableFuture<Answer>> pending = new ConcurrentHashMap<>();
  private volatile boolean broken;

  private ControlClient(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
  }

  /** Connects to a manager's control port on the loopback. */
  public static ControlClient connect(int port, Duration timeout) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) timeout.toMillis());
      socket.setTcpNoDelay(true);
      ControlClient client = new ControlClient(socket);
      Thread reader = new Thread(client::readAll, "control-" + port);
      reader.setDaemon(true);
      reader.start();
      return client;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** One command on a connection of its own; unknown when there is no answer in time. */
  public static Answer ask(int port, String command, Duration timeout) {
    try (ControlClient client = connect(port, timeout)) {
      return client.send(command).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      return new Answer(Outcome.FAIL, "not reached: " + e.getMessage());
    } catch (TimeoutException e) {
      return new Answer(Outcome.UNKNOWN, "no answer in " + timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(Outcome.UNKNOWN, "interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a command; never fails, but may end unknown. */
  public CompletableFuture<Answer> send(String command) {
    String tag = Long.toString(tags.incrementAndGet(), Character.MAX_RADIX);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    pending.put(tag, answer);
    try {
      byte[] line = (tag + " " + command + "\n").getBytes(StandardCharsets.UTF_8);
      synchronized (out) {
        out.write(line);
      }
    } catch (IOException e) {
      broken = true;
    }
    if (broken) {
      giveUp();
    }
    return answer;
  }

  /** Whether the connection is lost. */
  public boolean isBroken() {
    return broken;
  }

  private void readAll() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", 3);
        CompletableFuture<Answer> answer = pending.remove(words[0]);
        if (answer != null) {
          Outcome outcome =
              switch (words[1]) {
                case "ok" -> Outcome.OK;
                case "fail" -> Outcome.FAIL;
                default -> Outcome.UNKNOWN;
              };
          answer.complete(new Answer(outcome, words.length > 2 ? words[2] : ""));
        }
      }
    } catch (IOException e) {
      // The manager is gone.
    }
    broken = true;
    giveUp();
  }

  private void giveUp() {
    for (String tag : List.copyOf(pending.keySet())) {
      CompletableFuture<Answer> answer = pending.remove(tag);
      if (answer != null) {
        answer.complete(new Answer(Outcome.UNKNOWN, "the connection was lost"));
      }
    }
  }

  @Override
  public void close() {
    broken = true;
    try {
      socket.close();
    } catch (IOException e) {
      // Closed it is.
    }
  }
}
