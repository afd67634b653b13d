"""Practice, our own no and what is still to be told are found without looking at every conversation."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0002_guards'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('practice', True)), fields=['opened_ms'], name='conversation_practice'),
        ),
        migrations.AddIndex(
            model_name='decline',
            index=models.Index(fields=['at_ms', 'staff', 'reason', 'conversation'], name='decline_counted'),
        ),
        migrations.AddField(
            model_name='totell',
            name='worker',
            field=models.ForeignKey(
                db_index=False,
                default=0,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to=settings.AUTH_USER_MODEL,
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='totell',
            index=models.Index(
                condition=models.Q(('told_ms', None)), fields=['worker', 'since_ms'], name='to_tell_open'
            ),
        ),
    ]
