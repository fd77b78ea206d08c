// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mutable fork of all tables. A table costs something only once it is changed, a freeze only if
 * something was changed since the one before: most turns of a manager change nothing.
 */
final class Editors {
  private final List<Table.@Nullable Editor<StoreObject>> editors = new ArrayList<>();
  private Tables frozen;
  private boolean dirty;

  Editors(Tables base) {
    this.frozen = base;
    for (int i = 0; i < Kind.values().length; i++) {
      editors.add(null);
    }
  }

  @Nullable StoreObject get(Kind kind, String id) {
    Table.Editor<StoreObject> editor = editors.get(kind.ordinal());
    return editor != null ? editor.get(id) : frozen.table(kind).get(id);
  }

  /** The tasks of a range as they are now. */
  List<Task> list(TaskRange range) {
    Table.Editor<StoreObject> editor = editors.get(Kind.TASK.ordinal());
    List<Task> found = new ArrayList<>();
    if (editor == null) {
      frozen.<Task>table(Kind.TASK).index(range.index()).range(range.tasks()).forEach(found::add);
    } else {
      tasks(editor).addTo(found, range.index(), range.tasks());
    }
    return found;
  }

  /** The editor of that kind has tasks only. */
  @SuppressWarnings("unchecked")
  private static Table.Editor<Task> tasks(Table.Editor<?> editor) {
    return (Table.Editor<Task>) editor;
  }

  Table.Editor<StoreObject> edit(Kind kind) {
    dirty = true;
    Table.Editor<StoreObject> editor = editors.get(kind.ordinal());
    if (editor == null) {
      editor = frozen.<StoreObject>table(kind).edit();
      editors.set(kind.ordinal(), editor);
    }
    return editor;
  }

  /** The present content of one table; stays as it is. */
  Table<? extends StoreObject> table(Kind kind) {
    Table.Editor<StoreObject> editor = editors.get(kind.ordinal());
    return editor != null ? editor.freeze() : frozen.table(kind);
  }

  /** The present content; stays as it is. */
  Tables freeze(long version) {
    if (dirty || frozen.version() != version) {
      List<Table<? extends StoreObject>> tables = new ArrayList<>(editors.size());
      for (Kind kind : Kind.values()) {
        tables.add(table(kind));
      }
      frozen = new Tables(version, Collections.unmodifiableList(tables));
      dirty = false;
    }
    return frozen;
  }

  /** Takes back everything since {@code before} was frozen. */
  void reset(Tables before) {
    for (Kind kind : Kind.values()) {
      Table.Editor<StoreObject> editor = editors.get(kind.ordinal());
      if (editor != null) {
        editor.reset(before.table(kind));
      }
    }
    frozen = before;
    dirty = false;
  }
}
