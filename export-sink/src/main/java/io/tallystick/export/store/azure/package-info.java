// SPDX-License-Identifier: Apache-2.0
/**
 * Azure Blob Storage as a write-once store: each blob is stored under the condition that its name is free, by a request
 * that carries its immutability policy and legal hold.
 *
 * <p>Beside the store lies the probe that tells accounts which enforce policies from what only accepts them. All requests
 * are made here; what a refusal means for the exporter is decided by its callers.
 */
package io.tallystick.export.store.azure;
