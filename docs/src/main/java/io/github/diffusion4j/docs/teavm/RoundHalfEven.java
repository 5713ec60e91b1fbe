package io.github.diffusion4j.docs.teavm;

import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.emit.ProgramEmitter;
import org.teavm.vm.spi.TeaVMHost;
import org.teavm.vm.spi.TeaVMPlugin;

/**
 * Lets {@link Math#rint} round halves to even in JavaScript too. TeaVM 0.16's rounds them away from zero, which moves timesteps of runs of 7 or 16 steps by one.
 */
public final class RoundHalfEven implements TeaVMPlugin, ClassHolderTransformer {

    private static final MethodDescriptor RINT = new MethodDescriptor("rint", double.class, double.class);

    /** Made by TeaVM. */
    public RoundHalfEven() {}

    @Override
    public void install(TeaVMHost host) {
        host.add(this);
    }

    @Override
    public void transformClass(ClassHolder type, ClassHolderTransformerContext context) {
        if (type.getName().equals("java.lang.Math")) {
            ProgramEmitter body = ProgramEmitter.create(type.getMethod(RINT), context.getHierarchy());
            body.invoke(RoundHalfEven.class, "rint", double.class, body.var(1, double.class)).returnValue();
        }
    }

    /**
     * The nearest whole number, of two the even one.
     *
     * @param x a number
     * @return the whole number
     */
    public static double rint(double x) {
        double below = Math.floor(x);
        double above = x - below;
        return above < 0.5 || above == 0.5 && below % 2 == 0 ? below : below + 1;
    }
}
