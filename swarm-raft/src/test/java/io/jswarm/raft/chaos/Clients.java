// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.raft.chaos.ControlClient.Answer;
import io.jswarm.raft.chaos.ControlClient.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Threads that write and read. Some wait for each answer and share a few registers; others keep
 * many writes in flight, each on registers of its own. These go to whoever they think leads, and
 * sometimes to someone else. Readers ask one manager all the time, whether it leads or not.
 */
final class Clients {
  private static final Duration CONNECT = Duration.ofMillis(500);
  private static final long ANSWER_MILLIS = 3_000;
  private static final int WINDOW = 32;

  /** How many registers, from the first on, clients share that wait for each answer. */
  static final int SHARED_KEYS = 5;

  /** How many registers one round may use. */
  static final int KEYS_PER_ROUND = 100;

  private static final AtomicLong SESSIONS = new AtomicLong();

  private final Fleet fleet;
  private final Ledger ledger;
  private final AtomicInteger clientNumbers;
  private final int firstKey;
  private final int maxBytes;
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stop;
  private volatile Fleet.@Nullable Manager believed;

  Clients(Fleet fleet, Ledger ledger, AtomicInteger clientNumbers, int firstKey, int maxBytes) {
    this.fleet = fleet;
    this.ledger = ledger;
    this.clientNumbers = clientNumbers;
    this.firstKey = firstKey;
    this.maxBytes = maxBytes;
  }

  /** Starts {@code waiting} clients of the first kind and {@code streaming} of the second. */
  void start(int waiting, int streaming, Random random) {
    for (int i = 0; i < waiting; i++) {
      launch(new Waiting(new Random(random.nextLong())), "waiting-" + i);
    }
    for (int i = 0; i < streaming; i++) {
      launch(
          new Streaming(new Random(random.nextLong()), firstKey + SHARED_KEYS + i),
          "streaming-" + i);
    }
  }

  /** Starts a reader for each manager that there is. */
  void startReaders(Random random) {
    for (Fleet.Manager manager : fleet.managers()) {
      launch(new Reading(manager, new Random(random.nextLong())), "reading-" + manager);
    }
  }

  private void launch(Runnable client, String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                client.run();
              } catch (RuntimeException | Error e) {
                failures.add(e);
              }
            },
            name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** Ends all clients; each waits a while for its last answers. */
  void stop() {
    stop = true;
    try {
      for (Thread thread : threads) {
        thread.join(4 * ANSWER_MILLIS);
        if (thread.isAlive()) {
          throw new ChaosFailure("client " + thread.getName() + " does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException("a client failed", failures.peek());
    }
  }

  private Fleet.Manager target(Random random) {
    Fleet.Manager leader = believed;
    List<Fleet.Manager> managers = fleet.managers();
    if (leader != null && managers.contains(leader) && random.nextInt(50) != 0) {
      return leader;
    }
    return managers.get(random.nextInt(managers.size()));
  }

  /** Learns from a refusal, which may name the leader. */
  private void learn(Fleet.Manager asked, Answer answer) {
    if (answer.outcome() == Outcome.OK) {
      believed = asked;
    } else if (believed == asked) {
      believed = null;
      if (answer.text().startsWith("@")) {
        String address = answer.text().substring(1, answer.text().indexOf(' '));
        for (Fleet.Manager manager : fleet.managers()) {
          if (manager.address().equals(address)) {
            believed = manager;
          }
        }
      }
    }
  }

  private int size(Random random) {
    int dice = random.nextInt(2_000);
    int size = dice == 0 ? 1_000_000 : dice < 20 ? 50_000 : 400;
    return random.nextInt(Math.min(size, maxBytes));
  }

  private static String command(Ledger.Op op, int size) {
    int client = Registers.Operation.client(op.id);
    int number = Registers.Operation.number(op.id);
    return switch (op.kind) {
      case READ -> "read " + op.key;
      case PUT -> String.format("put %d %d %d %d", client, number, op.key, size);
      case CAS -> String.format("cas %d %d %d %d %d", client, number, op.key, size, op.expected);
      default -> throw new IllegalArgumentException(op.toString());
    };
  }

  /** One operation after the other. */
  private final class Waiting implements Runnable {
    private final Random random;
    private int client = clientNumbers.incrementAndGet();
    private int number;
    private final long[] versions = new long[SHARED_KEYS];
    private @Nullable ControlClient connection;
    private Fleet.@Nullable Manager connected;
    private long session;

    Waiting(Random random) {
      this.random = random;
    }

    @Override
    public void run() {
      while (!stop) {
        Fleet.Manager manager = target(random);
        ControlClient to = connectionTo(manager);
        if (to == null) {
          learn(manager, new Answer(Outcome.FAIL, ""));
          Fleet.pause(1 + random.nextInt(5));
          continue;
        }
        Answer answer = one(to);
        learn(manager, answer);
        if (answer.outcome() == Outcome.UNKNOWN) {
          disconnect();
          client = clientNumbers.incrementAndGet();
          number = 0;
        }
        Fleet.pause(answer.outcome() == Outcome.OK ? random.nextInt(8) : 1 + random.nextInt(4));
      }
      disconnect();
    }

    private Answer one(ControlClient to) {
      int shared = random.nextInt(SHARED_KEYS);
      int key = firstKey + shared;
      int dice = random.nextInt(10);
      Ledger.Op op;
      if (dice < 4) {
        op = ledger.read(key, session);
      } else {
        Ledger.Kind kind = dice < 7 ? Ledger.Kind.PUT : Ledger.Kind.CAS;
        long id = Registers.Operation.id(client, ++number);
        op = ledger.write(kind, id, key, versions[shared], session);
      }
      Answer answer = answer(to, command(op, size(random)));
      ledger.finish(op, answer);
      if (op.outcome() == Outcome.OK) {
        versions[shared] = op.kind == Ledger.Kind.READ ? op.version() : op.position();
      }
      return answer;
    }

    private @Nullable ControlClient connectionTo(Fleet.Manager manager) {
      ControlClient present = connection;
      if (present != null && connected == manager && !present.isBroken()) {
        return present;
      }
      disconnect();
      present = Clients.connect(manager);
      connection = present;
      connected = manager;
      session = SESSIONS.incrementAndGet();
      return present;
    }

    private void disconnect() {
      ControlClient present = connection;
      if (present != null) {
        present.close();
      }
      connection = null;
    }
  }

  private static Answer answer(ControlClient to, String command) {
    try {
      return to.send(command).get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new Answer(Outcome.UNKNOWN, "no answer in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(Outcome.UNKNOWN, "interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable ControlClient connect(Fleet.Manager manager) {
    if (!manager.isAlive()) {
      return null;
    }
    try {
      return ControlClient.connect(manager.control, CONNECT);
    } catch (IOException e) {
      return null;
    }
  }

  /** Reads, of one manager only: it may think that it leads when it does no more. */
  private final class Reading implements Runnable {
    private final Fleet.Manager manager;
    private final Random random;

    Reading(Fleet.Manager manager, Random random) {
      this.manager = manager;
      this.random = random;
    }

    @Override
    public void run() {
      while (!stop) {
        ControlClient connection = Clients.connect(manager);
        if (connection == null) {
          Fleet.pause(50);
          continue;
        }
        try (connection) {
          long session = SESSIONS.incrementAndGet();
          while (!stop && !connection.isBroken()) {
            Ledger.Op op = ledger.read(firstKey + random.nextInt(SHARED_KEYS), session);
            ledger.finish(op, answer(connection, command(op, 0)));
            Fleet.pause(5 + random.nextInt(20));
          }
        }
      }
    }
  }

  /** Many writes in flight over one connection, in order. */
  private final class Streaming implements Runnable {
    private final Random random;
    private final int key;

    Streaming(Random random, int key) {
      this.random = random;
      this.key = key;
    }

    @Override
    public void run() {
      while (!stop) {
        Fleet.Manager manager = target(random);
        ControlClient connection = connect(manager);
        if (connection == null) {
          learn(manager, new Answer(Outcome.FAIL, ""));
          Fleet.pause(1 + random.nextInt(10));
        } else {
          try (connection) {
            stream(manager, connection);
          }
        }
      }
    }

    private void stream(Fleet.Manager manager, ControlClient connection) {
      int client = clientNumbers.incrementAndGet();
      long session = SESSIONS.incrementAndGet();
      Semaphore window = new Semaphore(WINDOW);
      List<Ledger.Op> sent = new ArrayList<>();
      boolean[] bad = new boolean[1];
      for (int number = 1; !stop && !bad[0]; number++) {
        if (!acquire(window)) {
          break;
        }
        long id = Registers.Operation.id(client, number);
        Ledger.Op op = ledger.write(Ledger.Kind.PUT, id, key, 0, session);
        sent.add(op);
        connection
            .send(command(op, size(random)))
            .thenAccept(
                answer -> {
                  ledger.finish(op, answer);
                  if (answer.outcome() != Outcome.OK) {
                    bad[0] = true;
                    learn(manager, answer);
                  }
                  window.release();
                });
        Fleet.pause(random.nextInt(4));
      }
      drain(window);
      connection.close();
      sent.forEach(op -> ledger.finish(op, new Answer(Outcome.UNKNOWN, "given up")));
    }

    private boolean acquire(Semaphore window) {
      try {
        return window.tryAcquire(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private void drain(Semaphore window) {
      try {
        window.tryAcquire(WINDOW, ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
