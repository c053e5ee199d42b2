package org.cresset.notebook;

import org.cresset.nn.Module;
import org.cresset.tensor.Tensor;
import org.cresset.train.Curve;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/**
 * What JJava finds on the class path and installs: tensors and modules show as tables, {@link Curve}s as images. {@link
 * NotebookProgress} is a trainer's progress for notebooks.
 */
public final class CressetExtension implements Extension {
    private static final int WIDTH = 480;
    private static final int HEIGHT = 240;

    /** For the service loader. */
    public CressetExtension() {}

    @Override
    public void install(BaseKernel kernel) {
        register(kernel.getRenderer());
    }

    /** Teaches a renderer of Cresset's objects. */
    static void register(Renderer renderer) {
        renderer.createRegistration(Tensor.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((t, context) -> render(context, MIMEType.TEXT_HTML, Html.of(t), t));
        renderer.createRegistration(Module.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((m, context) -> render(context, MIMEType.TEXT_HTML, Html.of(m), m));
        renderer.createRegistration(Curve.class)
                .preferring(MIMEType.IMAGE_SVG)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((c, context) -> render(context, MIMEType.IMAGE_SVG, c.svg(WIDTH, HEIGHT), c));
    }

    private static void render(RenderContext context, MIMEType type, String rich, Object plain) {
        context.renderIfRequested(type, () -> rich);
        context.renderIfRequested(MIMEType.TEXT_PLAIN, plain::toString);
    }
}
