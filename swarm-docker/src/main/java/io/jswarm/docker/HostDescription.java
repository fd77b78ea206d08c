// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.github.dockerjava.api.model.Info;
import io.jswarm.model.DiscreteGenericResource;
import io.jswarm.model.EngineDescription;
import io.jswarm.model.GenericResource;
import io.jswarm.model.NamedGenericResource;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an engine says about its host, in the words of a node. Pure. */
final class HostDescription {
  private HostDescription() {}

  static NodeDescription of(Info info) {
    return NodeDescription.of(text(info.getName()), platform(info), resources(info))
        .withEngine(
            new EngineDescription(
                text(info.getServerVersion()), labels(info.getLabels()), plugins(info)));
  }

  /** As the engine spells it; who compares platforms knows the synonyms. */
  private static Platform platform(Info info) {
    return new Platform(text(info.getOsType()), text(info.getArchitecture()));
  }

  private static NodeResources resources(Info info) {
    Integer cpus = info.getNCPU();
    Long memory = info.getMemTotal();
    return new NodeResources(
        cpus == null ? 0 : cpus * 1_000_000_000L,
        memory == null ? 0 : memory,
        genericResources(info.getRawValues().get("GenericResources")));
  }

  /** Configured by {@code dockerd --node-generic-resource}; docker-java has no type for them. */
  private static List<GenericResource> genericResources(@Nullable Object raw) {
    List<GenericResource> resources = new ArrayList<>();
    if (raw instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Map<?, ?> map) {
          if (map.get("DiscreteResourceSpec") instanceof Map<?, ?> spec
              && spec.get("Value") instanceof Number count) {
            resources.add(
                new DiscreteGenericResource(String.valueOf(spec.get("Kind")), count.longValue()));
          } else if (map.get("NamedResourceSpec") instanceof Map<?, ?> spec) {
            resources.add(
                new NamedGenericResource(
                    String.valueOf(spec.get("Kind")), String.valueOf(spec.get("Value"))));
          }
        }
      }
    }
    return resources;
  }

  private static Map<String, String> labels(String @Nullable [] labels) {
    Map<String, String> byName = new TreeMap<>();
    if (labels != null) {
      for (String label : labels) {
        String[] words = label.split("=", 2);
        byName.put(words[0], words.length == 2 ? words[1] : "");
      }
    }
    return byName;
  }

  private static List<EngineDescription.Plugin> plugins(Info info) {
    List<EngineDescription.Plugin> plugins = new ArrayList<>();
    Map<String, List<String>> byType = info.getPlugins();
    if (byType != null) {
      new TreeMap<>(byType)
          .forEach(
              (type, names) -> {
                if (names != null) {
                  names.forEach(name -> plugins.add(new EngineDescription.Plugin(type, name)));
                }
              });
    }
    return plugins;
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
