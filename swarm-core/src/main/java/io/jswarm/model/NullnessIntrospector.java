// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the type of a component what its absence means: null where it is {@code @Nullable},
 * else empty or zero. What is absent by that rule is not written. Stateless.
 */
final class NullnessIntrospector extends JacksonAnnotationIntrospector {
  private static final long serialVersionUID = 1L;

  /** Whether what may be neither null nor empty has to be there. */
  private final boolean strict;

  NullnessIntrospector(boolean strict) {
    this.strict = strict;
  }

  @Override
  public JsonInclude.Value findPropertyInclusion(Annotated annotated) {
    Class<?> type = annotated.getRawType();
    if (type.isPrimitive()) {
      return JsonInclude.Value.construct(Include.NON_DEFAULT, Include.ALWAYS);
    }
    if (hasEmpty(type) && !isNullable(annotated)) {
      return JsonInclude.Value.construct(Include.NON_EMPTY, Include.ALWAYS);
    }
    return JsonInclude.Value.construct(Include.NON_NULL, Include.ALWAYS);
  }

  @Override
  public JsonSetter.Value findSetterInfo(Annotated annotated) {
    Class<?> type = annotated.getRawType();
    if (type.isPrimitive() || isNullable(annotated)) {
      return super.findSetterInfo(annotated);
    } else if (hasEmpty(type)) {
      return JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);
    }
    return strict && annotated instanceof AnnotatedParameter
        ? JsonSetter.Value.forValueNulls(Nulls.FAIL)
        : super.findSetterInfo(annotated);
  }

  private static boolean hasEmpty(Class<?> type) {
    return type == String.class
        || type == Payload.class
        || Collection.class.isAssignableFrom(type)
        || Map.class.isAssignableFrom(type);
  }

  private static boolean isNullable(Annotated annotated) {
    AnnotatedType type = annotatedType(annotated);
    return type != null && type.isAnnotationPresent(Nullable.class);
  }

  private static @Nullable AnnotatedType annotatedType(Annotated annotated) {
    if (annotated instanceof AnnotatedParameter parameter) {
      AnnotatedElement owner = parameter.getOwner().getAnnotated();
      return owner instanceof Executable executable
          ? executable.getAnnotatedParameterTypes()[parameter.getIndex()]
          : null;
    }
    AnnotatedElement element = annotated.getAnnotated();
    if (element instanceof Field field) {
      return field.getAnnotatedType();
    }
    return element instanceof Method method ? method.getAnnotatedReturnType() : null;
  }
}
