// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

class MemoryObjectStoreTest extends ObjectStoreContract {
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Override
    protected ObjectStore open() {
        return store;
    }
}
