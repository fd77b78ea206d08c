// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** What a task runs. */
public sealed interface TaskRuntimeSpec permits ContainerSpec, AttachmentSpec, GenericRuntimeSpec {}
