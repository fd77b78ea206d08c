// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Records what clients did. A million operations take about a hundred megabytes, and an operation
 * no lock: each client has a list of its own.
 */
public final class History {
  private final LongSupplier clock;
  private final AtomicInteger processes = new AtomicInteger();
  private final ConcurrentLinkedQueue<Client> clients = new ConcurrentLinkedQueue<>();

  public History() {
    this(System::nanoTime);
  }

  /**
   * @param clock nanoseconds, the same for all clients, never going back
   */
  public History(LongSupplier clock) {
    this.clock = clock;
  }

  /** A client that is used by one thread at a time; its operations may be ended by any. */
  public Client client() {
    Client client = new Client(processes.getAndIncrement());
    clients.add(client);
    return client;
  }

  /** All operations so far, of each client in order. Only while no client is in a call. */
  public List<Operation> operations() {
    List<Operation> all = new ArrayList<>();
    for (Client client : clients) {
      all.addAll(client.operations);
    }
    return all;
  }

  /** Begins operations. */
  public final class Client {
    private final int process;
    private final List<Operation> operations = new ArrayList<>();

    private Client(int process) {
      this.process = process;
    }

    public Operation read(String key) {
      return begin(key, Operation.Kind.READ, Operation.ABSENT, 0);
    }

    /**
     * @param value different from all others of this key, or {@link Operation#ABSENT} to delete
     */
    public Operation write(String key, long value) {
      return begin(key, Operation.Kind.WRITE, value, 0);
    }

    /**
     * @param version on which it depends; zero: nothing must exist
     * @param value as of {@link #write}
     */
    public Operation cas(String key, long version, long value) {
      return begin(key, Operation.Kind.CAS, value, version);
    }

    /**
     * @param id different from all others of this key
     */
    public Operation append(String key, long id) {
      return begin(key, Operation.Kind.APPEND, id, 0);
    }

    private Operation begin(String key, Operation.Kind kind, long value, long expected) {
      Operation operation = new Operation(process, key, kind, value, expected, clock);
      operations.add(operation);
      return operation;
    }
  }
}
