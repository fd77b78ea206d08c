// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;

/** Remembers in memory. */
final class MemoryTaskDatabase implements TaskDatabase {
  private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();

  @Override
  public CompletionStage<List<Entry>> load() {
    return CompletableFuture.completedFuture(List.copyOf(entries.values()));
  }

  @Override
  public void put(Entry entry) {
    entries.put(entry.task().id(), entry);
  }

  @Override
  public void remove(String taskId) {
    entries.remove(taskId);
  }

  @Override
  public CompletionStage<Void> flush() {
    return CompletableFuture.completedFuture(null);
  }
}
