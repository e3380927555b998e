// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

/** Is told what a store finds that it need not fail for, but that somebody must look at. May be called by any thread. */
public interface StoreWatch {
    /**
     * A name has more than one version, or a marker that hides it. The oldest version counts; nothing was changed.
     *
     * @param found what there is
     */
    void ambiguous(ObjectName name, String found);
}
