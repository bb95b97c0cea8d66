"""What is asked of QGIS by its own Python, which knows nothing of this project.

keep TOKEN          put a token into QGIS's store of secrets, print its number
draw FILE LAYER PNG open a layer of a GeoPackage as QGIS does, draw it, print what it is as JSON
read ADDRESS LAYER  open a collection of OGC API – Features by the number, print what it is
"""

import json
import os
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

NUMBER = "diaban1"


def keep(token: str) -> str:
    store = QgsApplication.authManager()
    password = Path(os.environ["QGIS_AUTH_PASSWORD_FILE"]).read_text("utf-8")
    assert store.setMasterPassword(password, True)
    kept = QgsAuthMethodConfig("Basic")
    kept.setId(NUMBER)
    kept.setName("Dia Ban")
    kept.setConfig("username", "token")
    kept.setConfig("password", token)
    assert store.storeAuthenticationConfig(kept)[0]
    return NUMBER


def draw(file: str, name: str, picture: str) -> str:
    layer = QgsVectorLayer(f"{file}|layername={name}", name, "ogr")
    renderer = layer.renderer()
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setOutputSize(QSize(900, 900))
    settings.setBackgroundColor(QColor("#ffffff"))
    settings.setDestinationCrs(layer.crs())
    extent = layer.extent()
    extent.scale(1.1)
    settings.setExtent(extent)
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.globalScope())
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    context.appendScope(QgsExpressionContextUtils.layerScope(layer))
    settings.setExpressionContext(context)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    assert image.save(picture)
    at = layer.fields().indexOf(renderer.classAttribute())
    told = {
        "renderer": renderer.type(),
        "attribute": renderer.classAttribute(),
        "categories": {each.value(): each.label() for each in renderer.categories()},
        "table": layer.editorWidgetSetup(at).type() if at >= 0 else "",
        "n": layer.featureCount(),
        "undrawn": undrawn(layer, settings),
        "colours": len({image.pixel(x, y) for x in range(0, 900, 3) for y in range(0, 900, 3)}),
        "crs": layer.crs().authid(),
    }
    return json.dumps(told)


def undrawn(layer: QgsVectorLayer, settings: QgsMapSettings) -> int:
    """How many features with a geometry have no symbol."""
    context = QgsRenderContext.fromMapSettings(settings)
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    found = 0
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        if feature.hasGeometry() and renderer.symbolForFeature(feature, context) is None:
            found += 1
    renderer.stopRender(context)
    return found


def read(address: str, name: str) -> str:
    source = f"url='{address}' typename='{name}' authcfg={NUMBER} pageSize='1000'"
    layer = QgsVectorLayer(source, name, "OAPIF")
    assert layer.isValid(), layer.error().summary()
    refs = sorted(str(feature["ref"]) for feature in layer.getFeatures())
    return json.dumps({"refs": refs, "crs": layer.crs().authid()})


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    print({"keep": keep, "draw": draw, "read": read}[sys.argv[1]](*sys.argv[2:]))
    sys.stdout.flush()
    os._exit(0)  # its own end trips over layers that Python still holds
