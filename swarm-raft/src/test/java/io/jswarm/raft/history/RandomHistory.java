// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Histories of one register that is right: every operation takes effect at one moment between its
 * start and its end, or, if its outcome is unknown, at any time after its start, or never.
 */
final class RandomHistory {
  /**
   * @param processes clients, each with one operation at a time besides those of unknown outcome
   * @param operations in all
   * @param unknownPercent of these
   * @param failedPercent of these
   * @param deletePercent of writes
   * @param versions whether clients are told versions
   */
  record Shape(
      int processes,
      int operations,
      int unknownPercent,
      int failedPercent,
      int deletePercent,
      boolean versions) {

    static Shape of(int processes, int operations) {
      return new Shape(processes, operations, 5, 5, 10, true);
    }

    Shape unknownPercent(int percent) {
      return new Shape(processes, operations, percent, failedPercent, deletePercent, versions);
    }

    Shape deletePercent(int percent) {
      return new Shape(processes, operations, unknownPercent, failedPercent, percent, versions);
    }

    Shape withoutVersions() {
      return new Shape(processes, operations, unknownPercent, failedPercent, deletePercent, false);
    }
  }

  private enum Fate {
    ANSWERED,
    UNKNOWN,
    FAILED
  }

  private static final class Call {
    final Operation operation;
    final Fate fate;
    boolean tookEffect;
    boolean matched;
    long value;
    long version;

    Call(Operation operation, Fate fate) {
      this.operation = operation;
      this.fate = fate;
    }
  }

  private final SplittableRandom random;
  private final Shape shape;
  private final String key;
  private final Call[] calls;
  private final long[] lastVersion;
  private final History.Client[] clients;
  private final History history;
  private final List<Call> adrift = new ArrayList<>();
  private long time;
  private long value = Operation.ABSENT;
  private long version;
  private long versionsMade;
  private long valuesMade;

  private RandomHistory(long seed, Shape shape, String key) {
    random = new SplittableRandom(seed);
    this.shape = shape;
    this.key = key;
    history = new History(() -> time);
    calls = new Call[shape.processes()];
    lastVersion = new long[shape.processes()];
    clients = new History.Client[shape.processes()];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = history.client();
    }
  }

  static List<Operation> of(long seed, Shape shape) {
    return of(seed, shape, "key");
  }

  static List<Operation> of(long seed, Shape shape, String key) {
    return new RandomHistory(seed, shape, key).make();
  }

  private List<Operation> make() {
    int begun = 0;
    int running = 0;
    while (begun < shape.operations() || running > 0) {
      // Some events happen at the same time.
      time += random.nextInt(3);
      int process = random.nextInt(clients.length);
      Call call = calls[process];
      if (call == null) {
        if (begun < shape.operations()) {
          calls[process] = begin(process);
          begun++;
          running++;
        }
      } else if (call.fate == Fate.UNKNOWN) {
        adrift.add(call);
        calls[process] = null;
        running--;
      } else if (call.fate == Fate.ANSWERED && !call.tookEffect) {
        apply(call);
      } else {
        end(process, call);
        calls[process] = null;
        running--;
      }
      if (!adrift.isEmpty() && random.nextInt(20) == 0) {
        Call late = adrift.remove(random.nextInt(adrift.size()));
        if (random.nextBoolean()) {
          apply(late);
        }
      }
    }
    return history.operations();
  }

  private Call begin(int process) {
    int dice = random.nextInt(100);
    Operation operation;
    if (dice < 50) {
      operation = clients[process].read(key);
    } else if (dice < 75) {
      operation = clients[process].write(key, nextValue());
    } else {
      operation = clients[process].cas(key, lastVersion[process], nextValue());
    }
    int fate = random.nextInt(100);
    return new Call(
        operation,
        fate < shape.unknownPercent()
            ? Fate.UNKNOWN
            : fate < shape.unknownPercent() + shape.failedPercent() ? Fate.FAILED : Fate.ANSWERED);
  }

  private long nextValue() {
    return random.nextInt(100) < shape.deletePercent() ? Operation.ABSENT : ++valuesMade;
  }

  private void apply(Call call) {
    Operation operation = call.operation;
    call.tookEffect = true;
    if (operation.kind() == Operation.Kind.READ) {
      call.value = value;
      call.version = version;
      return;
    }
    call.matched = operation.kind() == Operation.Kind.WRITE || operation.expected() == version;
    if (call.matched) {
      versionsMade += 1 + random.nextInt(3);
      value = operation.value();
      version = value == Operation.ABSENT ? 0 : versionsMade;
      call.version = versionsMade;
    }
  }

  private void end(int process, Call call) {
    Operation operation = call.operation;
    long told = shape.versions() ? call.version : Operation.NO_VERSION;
    if (call.fate == Fate.FAILED) {
      operation.failed();
    } else if (operation.kind() == Operation.Kind.READ) {
      operation.found(call.value, told);
      lastVersion[process] = call.version;
    } else if (!call.matched) {
      operation.mismatch();
    } else {
      operation.written(told);
      lastVersion[process] = operation.value() == Operation.ABSENT ? 0 : call.version;
    }
  }
}
