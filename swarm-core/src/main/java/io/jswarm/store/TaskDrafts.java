// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.Node;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes tasks out of what was read of them in one entry: finds their specs, and has them share
 * texts with what is stored already. Millions of tasks name thousands of services and nodes, and
 * one instance of an id is compared at a glance.
 */
final class TaskDrafts {
  private final Tables before;

  /** As the entry leaves them. */
  private final Map<String, Service> services = new HashMap<>();

  private final Map<String, String> serviceIds = new HashMap<>();
  private final Map<String, String> nodeIds = new HashMap<>();

  private TaskDrafts(Tables before) {
    this.before = before;
  }

  static TaskDrafts of(List<Change> changes, Tables before) {
    TaskDrafts drafts = new TaskDrafts(before);
    for (Change change : changes) {
      if (change instanceof Change.Put put && put.object() instanceof Service service) {
        drafts.services.put(service.id(), service);
      }
    }
    return drafts;
  }

  Change.Put complete(Change.PutDraft put) {
    TaskCodec.TaskDraft draft = put.draft();
    Task old = draft.source() == SpecSource.TASK ? before.task(draft.id()).orElse(null) : null;
    TaskSpec spec = spec(draft, old);
    draft.share(
        old,
        serviceIds.computeIfAbsent(draft.serviceId(), this::serviceId),
        nodeIds.computeIfAbsent(draft.nodeId(), this::nodeId));
    return put.complete(spec);
  }

  private String serviceId(String id) {
    Service service = service(id);
    return service == null ? id : service.id();
  }

  private String nodeId(String id) {
    return before.node(id).map(Node::id).orElse(id);
  }

  private @Nullable Service service(String id) {
    Service before = this.before.<Service>table(Kind.SERVICE).get(id);
    return before == null ? services.get(id) : before;
  }

  private TaskSpec spec(TaskCodec.TaskDraft draft, @Nullable Task old) {
    TaskSpec spec =
        switch (draft.source()) {
          case INLINE -> draft.spec();
          case TASK -> old == null ? null : old.spec();
          case SERVICE ->
              StoreEntry.specOf(
                  services.get(draft.serviceId()),
                  before.<Service>table(Kind.SERVICE).get(draft.serviceId()),
                  draft.specVersion());
        };
    if (spec == null) {
      throw new IllegalStateException(
          "task " + draft.id() + " was written without its spec, and it is not where it should be");
    }
    return spec;
  }
}
