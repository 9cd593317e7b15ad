"""What the report says, in Russian, by its English; see `report.html.jinja`."""

from __future__ import annotations

TEXTS = {
    "redaction report": "отчёт об обезличивании",
    "Redaction report": "Отчёт об обезличивании",
    "reveal": "Режим «Только фон»",
    "cover": "Режим «Маски»",
    "Frames redacted": "Обезличено кадров",
    "of {count} read": "прочитано: {count}",
    "Covered whole": "Закрыто целиком",
    "frames that show nothing": "кадры, на которых ничего не видно",
    "Picture hidden": "Скрыто изображения",
    "on average; {share} at most": "в среднем; максимум {share}",
    "Tracks": "Треки",
    "people and things followed": "люди и предметы, замеченные в кадре",
    "To look at": "Проверить",
    "moments and places in doubt": "сомнительные места",
    "Over half of the picture is hidden. Try --mode cover: it hides only what is found.":
        "Скрыто больше половины изображения. Попробуйте --mode cover: тогда скрыто только то, что найдено.",
    "Over half of the picture is hidden. Try --mode reveal: it hides only what is not established background, which "
    "works if the camera stands still.":
        "Скрыто больше половины изображения. Попробуйте --mode reveal: тогда скрыто всё, кроме изученного фона. "
        "Это подходит, если камера неподвижна.",
    "Timeline": "Шкала времени",
    "covered whole": "всё закрыто",
    "look at": "проверить",
    "person tracks": "люди",
    "face tracks": "лица",
    "vehicle tracks": "транспорт",
    "plate tracks": "номера",
    "motion tracks": "движение",
    "manual tracks": "вручную",
    "person": "человек",
    "face": "лицо",
    "vehicle": "транспорт",
    "plate": "номерной знак",
    "motion": "движение",
    "manual": "вручную",
    "{begin} to {end}: {what}": "с {begin} до {end}: {what}",
    "What the colours mean": "Что значат цвета",
    "a person": "человек",
    "a face": "лицо",
    "a number plate, or the part of a vehicle that carries one": "номерной знак или часть машины, где он находится",
    "a vehicle": "транспорт",
    "something that moves, or a place not yet known": "движется или ещё неизвестно",
    "covered by hand": "закрыто вручную",
    "the whole picture is hidden": "скрыто всё изображение",
    "In these moments and places a detector was unsure. Somebody should look at them before the video is handed on. "
    "What was left visible and is a person can be covered with the box given here, in a covers file or on the page.":
        "Здесь детектор сомневался. Просмотрите эти места, прежде чем передавать видео. Если оставшееся видимым — "
        "человек, закройте его указанной рамкой: в файле масок или на странице.",
    "Redacted frame at {time}": "Обезличенный кадр, {time}",
    "All {count} entries": "Все места: {count}",
    "from": "с",
    "to": "до",
    "where": "где",
    "frames": "кадры",
    "why": "почему",
    "box: left, top, right, bottom": "рамка: слева, сверху, справа, снизу",
    "Nothing stands out as doubtful. No software finds everybody: look through the result all the same.":
        "Сомнительных мест нет. Но ни одна программа не находит всех: всё равно просмотрите результат.",
    "Redacted stills": "Обезличенные кадры",
    "Where passerby cannot be sure of a frame, it shows nothing of it.":
        "Если passerby не уверен в кадре, он не показывает в нём ничего.",
    "Problems of the source": "Проблемы исходного файла",
    "at": "время",
    "what": "что",
    "A number means nothing outside this report: nobody is recognised again, here or anywhere.":
        "Вне этого отчёта номер ничего не значит: никого не узнают повторно, ни здесь, ни где-либо ещё.",
    "All {count} tracks": "Все треки: {count}",
    "number": "номер",
    "kind": "вид",
    "first seen": "появление",
    "last seen": "исчезновение",
    "How it was made": "Как это сделано",
    "Source": "Исходный файл",
    "Output": "Результат",
    "Output’s SHA-256": "SHA-256 результата",
    "Settings": "Настройки",
    "By hand": "Вручную",
    "{added} added, {removed} removed": "добавлено: {added}, удалено: {removed}",
    "Model {name}": "Модель {name}",
    "Speed": "Скорость",
    "{rate} frames/s, {wall} s in all, {cpu} s of processor time":
        "{rate} кадр/с, всего {wall} с, процессорного времени {cpu} с",
    "detect": "поиск",
    "encode": "кодирование",
    "examine": "проверка",
    "finish": "завершение",
    "learn": "изучение фона",
    "redact": "обезличивание",
    "What this does not promise": "Чего отчёт не обещает",
    "A person can be missed: small, far, half hidden, seen from an odd side. Outlines, gait, clothes and places can "
    "tell people apart to somebody who knows them. passerby recognises nobody, so that it cannot check this for you.":
        "Человека можно пропустить: если он мал, далеко, наполовину скрыт или виден с необычной стороны. Очертания, "
        "походка, одежда и место могут выдать человека тому, кто его знает. passerby никого не узнаёт и потому не "
        "может проверить это за вас.",
    # Where in the picture
    "top left": "слева вверху",
    "top": "вверху",
    "top right": "справа вверху",
    "left": "слева",
    "middle": "в середине",
    "right": "справа",
    "bottom left": "слева внизу",
    "bottom": "внизу",
    "bottom right": "справа внизу",
    # Why to look
    "a person was hardly seen: check that the cover hides all of it":
        "Человек, едва различимый: закрыт ли он полностью?",
    "a face was hardly seen: check that the cover hides all of it":
        "Лицо, едва различимое: закрыто ли оно полностью?",
    "what may be a person was left visible, at least in part": "Возможно, человек, закрытый не полностью",
    "what may be a face was left visible, at least in part": "Возможно, лицо, закрытое не полностью",
    # Sizes
    "s": "с",
    "bytes": "байт",
    "kB": "кБ",
    "MB": "МБ",
    "GB": "ГБ",
}  # fmt: skip
